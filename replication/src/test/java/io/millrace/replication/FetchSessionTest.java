package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.LogConfig;
import io.millrace.runtime.Mailbox;
import io.millrace.runtime.real.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which partitions of a session a fetch looks at: those that may have something to tell.
class FetchSessionTest {

  private static final Uuid TOPIC = new Uuid(1, 2);
  private static final int PARTITIONS = 5;
  private static final int APPENDS = 2_000;
  private static final long FULL_LOOK = 1_000;

  private final RealWorld world = RealWorld.builder().loops(1).build();
  private final ExecutorService threads = Executors.newFixedThreadPool(1);
  private final List<Partition> partitions = new ArrayList<>();
  private final List<FetchPartition> asked = new ArrayList<>();
  private final ReadAnswer answer = new ReadAnswer();
  private int epoch;

  @TempDir private Path directory;

  @BeforeEach
  void lead() throws IOException {
    LocalPartitions local = new LocalPartitions(world, directory);
    int[] alone = {1};
    for (int i = 0; i < PARTITIONS; i++) {
      Partition partition = local.make(new TopicIdPartition(TOPIC, i, "orders"), 1);
      partition.apply(
          new LeaderState(1, 0, 0, alone, alone, false), new TopicSettings(LogConfig.DEFAULTS, 1));
      partitions.add(partition);
      FetchPartition one = new FetchPartition(null, TOPIC, i);
      one.maxBytes = 1 << 20;
      asked.add(one);
    }
  }

  @AfterEach
  void close() throws InterruptedException {
    threads.shutdownNow();
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    world.close();
  }

  @Test
  void looksOnlyAtWhatHasMovedSinceTheReaderHadAll() {
    FetchSession session = session();
    assertThat(fetch(session, 0)).hasSize(PARTITIONS);
    assertThat(fetch(session, 0))
        .as("settled after their high watermark was told")
        .hasSize(PARTITIONS);
    assertThat(fetch(session, 0)).isEmpty();

    append(3);
    assertThat(fetch(session, 0)).extracting(FetchPartition::index).containsExactly(3);
    assertThat(fetch(session, 0)).as("it gave records").containsExactly(asked.get(3));
    assertThat(fetch(session, 0)).isEmpty();
  }

  @Test
  void looksAtWhatTheReaderAsksForOtherwise() {
    FetchSession session = settled();
    FetchPartition otherwise = new FetchPartition(null, TOPIC, 2);
    otherwise.fetchOffset = 7;

    assertThat(session.advance(++epoch, List.of(otherwise), List.of(asked.get(0)), 0))
        .containsExactly(asked.get(2));
    append(0);
    assertThat(session.due()).as("one is forgotten").containsExactly(asked.get(2));
  }

  @Test
  void looksAtAllNowAndThen() {
    FetchSession session = settled();

    assertThat(fetch(session, FULL_LOOK)).hasSize(PARTITIONS);
    assertThat(fetch(session, FULL_LOOK)).isEmpty();
  }

  @Test
  void doesNotSettleOverAMoveThatItHasNotSeen() {
    FetchSession session = session();
    read(asked.get(1));
    long seen = answer.moves();
    append(1);

    assertThat(session.settle(asked.get(1), partitions.get(1), seen)).isFalse();
    assertThat(session.isSettled(asked.get(1))).isFalse();
  }

  @Test
  void nothingSettlesInAClosedSession() {
    FetchSession session = settled();
    session.close();

    assertThat(session.due()).hasSize(PARTITIONS);
    read(asked.get(1));
    assertThat(session.settle(asked.get(1), partitions.get(1), answer.moves())).isFalse();
  }

  @Test
  void aParkedFetchHearsOfEveryMove() throws Exception {
    FetchSession session = settled();
    Semaphore signals = new Semaphore(0);
    ProgressWatcher parked =
        new ProgressWatcher(new Mailbox(world.loops().getFirst(), () -> {})) {
          @Override
          protected void onProgress() {
            signals.release();
          }
        };
    Future<?> producer =
        threads.submit(() -> {
          for (int i = 0; i < APPENDS; i++) {
            append(i % PARTITIONS);
          }
        });
    long had = 0;
    while (had < APPENDS) {
      for (List<FetchPartition> due = session.due(); !due.isEmpty(); due = session.due()) {
        for (FetchPartition one : due) {
          had += take(session, one);
        }
      }
      session.park(parked);
      assertThat(had == APPENDS || signals.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      session.unpark(parked);
    }
    producer.get(20, TimeUnit.SECONDS);
    assertThat(had).isEqualTo(APPENDS);
  }

  private FetchSession session() {
    return new FetchSession(1, true, asked, FULL_LOOK, 0);
  }

  /// A session whose reader has all.
  private FetchSession settled() {
    FetchSession session = session();
    fetch(session, 0);
    fetch(session, 0);
    return session;
  }

  /// One incremental fetch that changes nothing.
  ///
  /// @return what it looked at
  private @Nullable List<FetchPartition> fetch(FetchSession session, long now) {
    List<FetchPartition> due = session.advance(++epoch, List.of(), List.of(), now);
    if (due != null) {
      due.forEach(one -> take(session, one));
    }
    return due;
  }

  /// Looks at one partition, and goes on from what it gives.
  ///
  /// @return how many records it gave
  private long take(FetchSession session, FetchPartition one) {
    Partition partition = partitions.get(one.index());
    read(one);
    long records = 0;
    if (one.isNews(answer, answer.error())) {
      one.told(answer, answer.error());
      records = answer.bytes() > 0 ? answer.highWatermark() - one.fetchOffset : 0;
      one.fetchOffset += records;
    } else if (answer.atEnd()) {
      session.settle(one, partition, answer.moves());
    }
    answer.release();
    return records;
  }

  private void read(FetchPartition one) {
    ReadRequest request = new ReadRequest();
    request.fetchOffset = one.fetchOffset;
    request.maxBytes = one.maxBytes;
    partitions.get(one.index()).read(request, answer);
    assertThat(answer.error()).isEqualTo(Errors.NONE);
  }

  private void append(int index) {
    ByteBuffer source =
        MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[20])).buffer();
    ByteBuffer bytes = ByteBuffer.allocateDirect(source.remaining()).put(source).flip();
    AppendAnswer appended = new AppendAnswer();
    partitions
        .get(index)
        .append(
            bytes,
            0,
            bytes.limit(),
            (short) -1,
            AppendOrigin.CLIENT,
            ApiKeys.PRODUCE.latestVersion(),
            -1,
            appended);
    assertThat(appended.error()).isEqualTo(Errors.NONE);
  }
}
