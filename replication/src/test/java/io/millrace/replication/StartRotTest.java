package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.LogConfig;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A follower of whose log a batch in the middle has rotted while the broker was down.
class StartRotTest {

  private static final int BATCHES = 5;
  private static final int ROTTEN = 2;
  private static final int LEADER = 2;
  private static final int EPOCH = 9;
  private static final int LENGTH_AT = 11;
  private static final int BODY_AT = 70;

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private byte[] whole = new byte[0];
  private int size;
  private @Nullable Partition started;

  @BeforeEach
  void rot() throws IOException {
    TwoDirectories before = start();
    for (int i = 0; i < BATCHES; i++) {
      append(before.partition(), i);
    }
    world.runFor(1_000_000_000L);
    before.node.kill();
    Path file =
        TwoDirectories.FIRST
            .resolve(TwoDirectories.ID.topicPartition().toString())
            .resolve("00000000000000000000.log");
    whole = before.node.disk().peek(file);
    size = whole.length / BATCHES;
    before.node.disk().flipBit(file, 8L * (ROTTEN * size + LENGTH_AT));
    Partition follower = start().partition();
    started = follower;
    int[] replicas = {LEADER, 1};
    follower.apply(
        new LeaderState(LEADER, EPOCH, EPOCH, replicas, new int[] {LEADER}, false),
        new TopicSettings(LogConfig.DEFAULTS, 1));
  }

  private Partition follower() {
    return Objects.requireNonNull(started);
  }

  private TwoDirectories start() throws IOException {
    return new TwoDirectories(world, LogConfig.DEFAULTS, TwoDirectories.FIRST);
  }

  private static void append(Partition leader, int value) {
    assertThat(Produced.by(leader, batch(value)).error()).isEqualTo(Errors.NONE);
  }

  private static ByteBuffer batch(int value) {
    SimpleRecord[] records = {
      new SimpleRecord(1_000L, null, new byte[] {(byte) value}),
      new SimpleRecord(1_000L, null, new byte[] {(byte) -value})
    };
    ByteBuffer heap = MemoryRecords.withRecords(Compression.NONE, records).buffer();
    return ByteBuffer.allocateDirect(heap.limit()).put(heap.duplicate()).flip();
  }

  @Test
  void acknowledgesOnlyWhatLiesBefore() {
    FollowerPosition position = position();
    assertThat(position.fetchOffset).isEqualTo(ROTTEN * 2);
    assertThat(position.lastFetchedEpoch).isZero();
    assertThat(follower().logEndOffset()).isEqualTo(BATCHES * 2);
  }

  @Test
  void writesWhatTheLeaderHasOverIt() {
    ByteBuffer sent = sent(ROTTEN, BATCHES);
    FetchedPartition fetched = fetched(sent);
    assertThat(follower().onFetched(EPOCH, ROTTEN * 2, fetched, sent))
        .isEqualTo(FetchedOutcome.REFILLS);
    follower().cut(EPOCH, CutPoint.Refill.of(ROTTEN * 2, fetched, sent));

    assertThat(position().fetchOffset).isEqualTo(BATCHES * 2);
    assertThat(stored()).isEqualTo(whole);
    assertThat(follower().highWatermark()).isEqualTo(BATCHES * 2);
  }

  @Test
  void isCutWhereTheLeaderHasSomethingElse() {
    ByteBuffer sent = sent(ROTTEN, ROTTEN + 1);
    sent.putInt(12, EPOCH);
    assertThat(follower().onFetched(EPOCH, ROTTEN * 2, fetched(sent), sent))
        .isEqualTo(FetchedOutcome.UNLIKE);
    follower().cut(EPOCH, new CutPoint.Unlike(ROTTEN * 2));

    assertThat(position().fetchOffset).isEqualTo(ROTTEN * 2);
    assertThat(follower().onFetched(EPOCH, ROTTEN * 2, fetched(sent), sent))
        .isEqualTo(FetchedOutcome.TAKEN);
    assertThat(follower().logEndOffset()).isEqualTo(ROTTEN * 2 + 2);
  }

  @Test
  void doesNothingWithWhatIsRottenItself() {
    ByteBuffer sent = sent(ROTTEN, BATCHES);
    sent.put(BODY_AT, (byte) ~sent.get(BODY_AT));
    assertThat(follower().onFetched(EPOCH, ROTTEN * 2, fetched(sent), sent))
        .isEqualTo(FetchedOutcome.REFUSED);
    assertThat(follower().logEndOffset()).isEqualTo(BATCHES * 2);
  }

  @Test
  void forgetsWhatTheLeaderHasDeleted() {
    follower().cut(EPOCH, new CutPoint.LeaderStartsAbove(ROTTEN * 2, ROTTEN * 2 + 2));
    assertThat(follower().logStartOffset()).isEqualTo(ROTTEN * 2 + 2);
    assertThat(position().fetchOffset).isEqualTo(BATCHES * 2);
  }

  private FollowerPosition position() {
    FollowerPosition position = new FollowerPosition();
    FollowerPosition.Readiness readiness = follower().position(EPOCH, position);
    if (readiness == FollowerPosition.Readiness.SYNCING) {
      follower().onLogStartStored(follower().logStartOffset());
      readiness = follower().position(EPOCH, position);
    }
    assertThat(readiness).isEqualTo(FollowerPosition.Readiness.READY);
    return position;
  }

  private ByteBuffer sent(int from, int to) {
    byte[] bytes = Arrays.copyOfRange(whole, from * size, to * size);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  private static FetchedPartition fetched(ByteBuffer sent) {
    FetchedPartition fetched = new FetchedPartition();
    fetched.recordsLength = sent.limit();
    fetched.highWatermark = BATCHES * 2;
    fetched.logStartOffset = 0;
    return fetched;
  }

  private byte[] stored() {
    return world
        .node("broker")
        .disk()
        .peek(follower().hosted().log().dir().resolve("00000000000000000000.log"));
  }
}
