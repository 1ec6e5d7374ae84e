package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.LogConfig;
import io.millrace.log.LogRead;
import io.millrace.log.PartitionLog;
import io.millrace.runtime.virtual.Crash;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/// Replicas that move between log directories: nothing is lost, whatever happens meanwhile.
class DirectoryMoveTest {

  private static final LogConfig SYNCED =
      LogConfig.of(Map.of(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG, "1"));
  private static final int RECORDS = 40;
  private static final int VALUE_BYTES = 100;

  private final VirtualWorld world = VirtualWorld.builder(4).build();
  private int written;

  @Test
  void movesWhileItIsWritten() throws IOException {
    TwoDirectories broker = new TwoDirectories(world, SYNCED, TwoDirectories.FIRST);
    write(broker, RECORDS);
    broker.move();
    for (int i = 0; i < RECORDS; i++) {
      write(broker, 1);
      world.step();
    }
    broker.awaitMoved();
    write(broker, RECORDS);

    assertThat(values(broker)).hasSize(3 * RECORDS);
    assertThat(broker.folders()).containsExactly("/second/orders-0");
    assertThat(broker.reported).containsExactly(TwoDirectories.idOf(TwoDirectories.SECOND));
  }

  @Test
  void copiesNoFasterThanItMay() throws IOException {
    TwoDirectories broker = new TwoDirectories(world, SYNCED, TwoDirectories.FIRST);
    for (int i = 0; i < 30; i++) {
      append(broker, new byte[100_000]);
    }
    broker.quotas.directories().limit(100_000);
    broker.move();
    world.runFor(10_000_000_000L);
    assertThat(broker.hasMoved()).isFalse();

    broker.quotas.directories().limit(ReplicationQuota.UNLIMITED);
    broker.awaitMoved();
  }

  @Test
  void startsAnewWhenTheLogIsCut() throws IOException {
    TwoDirectories broker = new TwoDirectories(world, SYNCED, TwoDirectories.FIRST);
    write(broker, RECORDS);
    broker.quotas.directories().limit(10);
    broker.move();
    world.runFor(1_000_000_000L);
    broker.partition().guarded(log -> log.truncateTo(RECORDS / 2));
    written = RECORDS / 2;
    write(broker, RECORDS);
    broker.quotas.directories().limit(ReplicationQuota.UNLIMITED);
    broker.awaitMoved();

    assertThat(values(broker)).hasSize(RECORDS / 2 + RECORDS);
  }

  /// Deletions end where they like, batches stay whole.
  @Test
  void movesALogThatBeginsInTheMiddleOfABatch() throws IOException {
    TwoDirectories broker = new TwoDirectories(world, SYNCED, TwoDirectories.FIRST);
    SimpleRecord[] records = new SimpleRecord[10];
    for (int i = 0; i < records.length; i++) {
      records[i] = new SimpleRecord(1_000L, null, new byte[] {0, 0, 0, (byte) i});
    }
    append(broker, MemoryRecords.withRecords(Compression.NONE, records));
    world.runFor(1_000_000_000L);
    assertThat(broker.partition().deleteRecords(4).error()).isEqualTo(Errors.NONE);
    broker.move();
    broker.awaitMoved();

    assertThat(broker.partition().logStartOffset()).isEqualTo(4);
    assertThat(values(broker)).hasSize(records.length);
  }

  @Test
  void aMoveBackEndsTheMove() throws IOException {
    TwoDirectories broker = new TwoDirectories(world, SYNCED, TwoDirectories.FIRST);
    write(broker, RECORDS);
    broker.quotas.directories().limit(10);
    broker.move();
    world.runFor(1_000_000_000L);
    broker.moves.start(broker.partition(), broker.partition().hosted().directory());
    broker.quotas.directories().limit(ReplicationQuota.UNLIMITED);
    world.runFor(1_000_000_000L);

    assertThat(broker.hasMoved()).isFalse();
    assertThat(broker.folders()).containsExactly("/first/orders-0");
  }

  @Test
  void survivesAKillAtEveryStep() throws IOException {
    assertThat(crashesSurvived(Crash.KILL)).isGreaterThan(20);
  }

  @Test
  void survivesAPowerFailureAtEveryStep() throws IOException {
    assertThat(crashesSurvived(Crash.POWER)).isGreaterThan(20);
  }

  /// Crashes the broker at the first disk operation of a move, then at the second, and so on until
  /// the move is through.
  private int crashesSurvived(Crash how) throws IOException {
    for (int operations = 1; ; operations++) {
      VirtualWorld fresh = VirtualWorld.builder(operations).build();
      DirectoryMoveTest life = new DirectoryMoveTest();
      TwoDirectories broker = new TwoDirectories(fresh, SYNCED, TwoDirectories.FIRST);
      life.write(broker, RECORDS);
      fresh.runFor(1_000_000_000L);
      broker.node.disk().faults().crashAfter(operations, how);
      broker.move();
      fresh.runFor(2_000_000_000L);
      if (broker.node.alive()) {
        assertThat(broker.hasMoved()).isTrue();
        return operations - 1;
      }
      TwoDirectories again = new TwoDirectories(fresh, SYNCED, TwoDirectories.FIRST);
      assertThat(life.values(again)).as("%s at operation %d", how, operations).hasSize(RECORDS);
      assertThat(again.partition().status().logStartOffset()).isZero();
      life.write(again, RECORDS);
      again.move();
      again.awaitMoved();
      fresh.runFor(1_000_000_000L);
      assertThat(life.values(again)).as("%s at operation %d", how, operations).hasSize(2 * RECORDS);
      again.node.powerOff();
      TwoDirectories third = new TwoDirectories(fresh, SYNCED, TwoDirectories.SECOND);
      assertThat(life.values(third)).hasSize(2 * RECORDS);
      assertThat(third.folders())
          .filteredOn(folder -> !folder.endsWith("-stray"))
          .containsExactly("/second/orders-0");
    }
  }

  private void write(TwoDirectories broker, int records) {
    for (int i = 0; i < records; i++) {
      byte[] value = new byte[VALUE_BYTES];
      ByteBuffer.wrap(value).putInt(written++);
      append(broker, value);
    }
  }

  private static void append(TwoDirectories broker, byte[] value) {
    append(
        broker, MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1_000L, null, value)));
  }

  private static void append(TwoDirectories broker, MemoryRecords batch) {
    AppendAnswer answer = Produced.by(broker.partition(), batch.buffer());
    assertThat(answer.error().code()).as(String.valueOf(answer.message())).isZero();
  }

  /// All values in the log, which must count up.
  private List<Integer> values(TwoDirectories broker) throws IOException {
    List<Integer> found = new ArrayList<>();
    broker.partition().guarded(log -> read(log, found));
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i)).isEqualTo(i);
    }
    return found;
  }

  private static void read(PartitionLog log, List<Integer> into) throws IOException {
    long next = log.logStartOffset();
    while (next < log.logEndOffset()) {
      LogRead read = log.read(next, 1 << 20, log.logEndOffset(), true);
      assertThat(read).isInstanceOf(LogRead.Data.class);
      for (Record each : ((LogRead.Data) read).loadRecords().records()) {
        into.add(each.value().getInt());
        next = each.offset() + 1;
      }
    }
  }
}
