package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.EpochEnd;
import io.millrace.log.LogConfig;
import io.millrace.runtime.FileSlice;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/// Three replicas of one partition under a random schedule: appends, fetches whose answers are
/// delayed or lost, metadata that arrives late, fenced, frozen, killed and (where the topic asks
/// for fsync) unplugged brokers, moved leaderships. The invariants of docs/architecture.md are held
/// after every step, by a view from outside:
///
/// 1. What was acknowledged with `acks=all` is in every in-sync replica, at its offset.
/// 2. What was once below a high watermark is the same below every other.
/// 3. No two leaders acknowledge in one epoch; a deposed one acknowledges nothing that is lost (1).
/// 4. The same offset and epoch hold the same batch everywhere.
/// 5. Once the faults end, every replica comes to be in sync, equal, and committed to the end.
final class ReplicaSetRun {

  private static final int MIN_ISR = 2;
  private static final ReplicationSettings SETTINGS =
      new ReplicationSettings(200, 1, 1 << 20, 10 << 20, 1, 500, 1_000, 30_000, 11, 11, 500);

  private final VirtualWorld world;
  private final RandomGenerator random;
  private final boolean synced;
  private final ModelController controller = new ModelController(1, 2, 3);
  private final List<ModelBroker> brokers = new ArrayList<>();
  private final List<Response> underWay = new ArrayList<>();
  private final Map<Long, StoredBatch> acknowledged = new LinkedHashMap<>();
  private final Map<Long, StoredBatch> committed = new LinkedHashMap<>();
  private final Map<Long, StoredBatch> stored = new LinkedHashMap<>();
  private final Map<Integer, Long> checkedTo = new LinkedHashMap<>();
  private final ArrayDeque<String> trace = new ArrayDeque<>();
  private final String seed;
  private int written;

  /// What a leader has answered and the follower has not taken.
  private record Response(
      ModelBroker follower,
      Partition to,
      int epoch,
      long offset,
      int lastEpoch,
      FetchedPartition fetched,
      ByteBuffer bytes) {}

  /// @param synced whether the topic asks for fsync before the acknowledgement, and machines lose
  ///   their power
  ReplicaSetRun(long seed, boolean synced) {
    this.seed = "seed " + seed + (synced ? ", synced" : "");
    this.synced = synced;
    this.world = VirtualWorld.builder(seed).build();
    this.random = world.node("chaos").entropy().stream("schedule");
    LogConfig config =
        LogConfig.DEFAULTS
            .with(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG, synced ? 1 : Long.MAX_VALUE)
            .with(TopicConfig.SEGMENT_BYTES_CONFIG, 4_000);
    for (int id = 1; id <= 3; id++) {
      ModelBroker broker = new ModelBroker(id, world, controller, config, MIN_ISR, SETTINGS);
      brokers.add(broker);
      broker.start();
      controller.unfence(id);
    }
  }

  /// How many acknowledgements with `acks=all` there were.
  int acknowledgements() {
    return acknowledged.size();
  }

  void run(int steps) {
    try {
      for (int i = 0; i < steps; i++) {
        step();
        world.runFor(random.nextLong(2_000_000));
        check();
      }
      heal();
      checkEqual();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          seed
              + ", after "
              + written
              + " appends: "
              + e.getMessage()
              + "\n"
              + String.join("\n", trace),
          e);
    }
  }

  private ModelBroker any() {
    return brokers.get(random.nextInt(brokers.size()));
  }

  /// Keeps the latest steps for the message of a failure.
  private void note(String what) {
    trace.add(what + " | " + controller.now() + " isr " + Arrays.toString(controller.now().isr()));
    if (trace.size() > 80) {
      trace.remove();
    }
  }

  private void step() {
    ModelBroker broker = any();
    int die = random.nextInt(1_000);
    if (die < 2) {
      crash(broker);
    } else if (die < 5) {
      note("fence " + broker);
      controller.fence(broker.id);
    } else if (die < 9) {
      note("move to " + broker);
      controller.moveLeadership(broker.id);
    } else if (die < 50) {
      note("up " + broker);
      if (!broker.alive()) {
        broker.start();
      } else {
        controller.unfence(broker.id);
      }
    } else if (die < 160) {
      controller.decideNext();
    } else if (!broker.alive()) {
      return;
    } else if (die < 300) {
      broker.deliver(1 + random.nextInt(3));
      note(broker + " hears of epoch " + broker.partition().leaderEpoch());
    } else if (die < 330) {
      broker.partition().onTick();
    } else if (die < 560) {
      produce(broker);
    } else if (die < 800) {
      fetch(broker);
    } else {
      arrive(random.nextInt(20) == 0);
    }
  }

  private void crash(ModelBroker broker) {
    if (broker.alive()) {
      note("kill " + broker);
      checkedTo.remove(broker.id);
      broker.kill(synced && random.nextBoolean());
      underWay.removeIf(response -> response.follower == broker);
      controller.fence(broker.id);
    }
  }

  private void produce(ModelBroker broker) {
    byte[] value = ("record " + written++).getBytes(StandardCharsets.UTF_8);
    ByteBuffer source =
        MemoryRecords.withRecords(
                RecordBatch.MAGIC_VALUE_V2,
                0,
                Compression.NONE,
                org.apache.kafka.common.record.TimestampType.CREATE_TIME,
                new SimpleRecord(1_000L + written, null, value))
            .buffer();
    ByteBuffer bytes = ByteBuffer.allocateDirect(source.remaining()).put(source).flip();
    short acks = (short) (random.nextInt(4) == 0 ? 1 : -1);
    AppendAnswer answer = new AppendAnswer();
    Partition partition = broker.partition();
    partition.append(
        bytes,
        0,
        bytes.limit(),
        acks,
        AppendOrigin.CLIENT,
        ApiKeys.PRODUCE.latestVersion(),
        -1,
        answer);
    if (answer.error() == Errors.NONE) {
      note(broker + " appends at " + answer.baseOffset() + " acks " + acks);
    }
    if (answer.error() != Errors.NONE || acks != -1) {
      return;
    }
    StoredBatch batch =
        StoredBatch.of(MemoryRecords.readableRecords(bytes.duplicate().position(0)).firstBatch());
    if (answer.awaitOffset() == AppendAnswer.ACKED) {
      acknowledge(batch);
      return;
    }
    Errors now =
        partition.awaitAck(
            answer.awaitOffset(),
            true,
            (_, error) -> {
              if (error == Errors.NONE) {
                acknowledge(batch);
              }
            },
            0);
    if (now == Errors.NONE) {
      acknowledge(batch);
    }
  }

  private void acknowledge(StoredBatch batch) {
    note("acknowledged " + batch);
    StoredBatch before = acknowledged.putIfAbsent(batch.baseOffset(), batch);
    assertThat(before).as("I3: acknowledged once at an offset").isNull();
  }

  /// The follower asks its leader; the answer is on its way then.
  private void fetch(ModelBroker follower) {
    Partition to = follower.partition();
    FollowerPosition position = new FollowerPosition();
    note(follower + " fetches in epoch " + to.leaderEpoch() + " at " + to.logEndOffset());
    LeaderState known =
        controller.history().stream()
            .filter(state -> state.leaderEpoch() == to.leaderEpoch())
            .findFirst()
            .orElse(controller.now());
    ModelBroker leader = led(known);
    if (leader == null || leader == follower) {
      return;
    }
    switch (to.position(known.leaderEpoch(), position)) {
      case READY -> underWay.add(ask(follower, leader, known.leaderEpoch(), position));
      case SYNCING -> to.requestSync();
      case LATER, GONE -> {}
    }
  }

  private @Nullable ModelBroker led(LeaderState state) {
    ModelBroker leader = state.leader() < 0 ? null : brokers.get(state.leader() - 1);
    return leader != null && leader.alive() ? leader : null;
  }

  private Response ask(
      ModelBroker follower, ModelBroker leader, int epoch, FollowerPosition position) {
    ReadRequest request = new ReadRequest();
    request.currentLeaderEpoch = epoch;
    request.fetchOffset = position.fetchOffset;
    request.lastFetchedEpoch = position.lastFetchedEpoch;
    request.followerLogStart = position.logStartOffset;
    request.maxBytes = 1 + random.nextInt(600);
    request.minOneBatch = true;
    request.isolation = ReadRequest.Isolation.LOG_END;
    request.replicaId = follower.id;
    request.replicaEpoch = follower.epoch;
    request.isProgress = true;
    ReadAnswer answer = new ReadAnswer();
    leader.partition().read(request, answer);
    FetchedPartition fetched = new FetchedPartition();
    fetched.error = answer.error();
    fetched.highWatermark = answer.highWatermark();
    fetched.logStartOffset = answer.logStartOffset();
    EpochEnd diverging = answer.diverging();
    if (diverging != null) {
      fetched.divergingEpoch = diverging.epoch();
      fetched.divergingEndOffset = diverging.endOffset();
    }
    ByteBuffer bytes = load(answer.takeSlice());
    fetched.recordsLength = bytes.limit();
    return new Response(
        follower,
        follower.partition(),
        epoch,
        position.fetchOffset,
        position.lastFetchedEpoch,
        fetched,
        bytes);
  }

  private static ByteBuffer load(@Nullable FileSlice slice) {
    if (slice == null) {
      return ByteBuffer.allocateDirect(0);
    }
    try {
      ByteBuffer bytes = ByteBuffer.allocateDirect(slice.length());
      while (bytes.hasRemaining()
          && slice.file().read(bytes, slice.position() + bytes.position()) > 0) {}
      return bytes.flip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      slice.release();
    }
  }

  /// One of the answers arrives, or is lost.
  private void arrive(boolean lost) {
    if (underWay.isEmpty()) {
      return;
    }
    Response response = underWay.remove(random.nextInt(underWay.size()));
    if (lost || !response.follower.alive() || response.follower.partition() != response.to) {
      return;
    }
    FetchedPartition fetched = response.fetched;
    note(
        response.follower
            + " gets in epoch "
            + response.epoch
            + " at "
            + response.offset
            + " "
            + fetched.error
            + " bytes "
            + fetched.recordsLength
            + " hw "
            + fetched.highWatermark
            + " diverging "
            + fetched.divergingEpoch
            + "@"
            + fetched.divergingEndOffset);
    if (fetched.error == Errors.OFFSET_OUT_OF_RANGE) {
      ModelBroker leader = led(controller.now());
      if (leader != null) {
        long end = leader.partition().logEndOffset();
        if (end < response.offset && leader.partition().leaderEpoch() == response.epoch) {
          response.to.cut(response.epoch, new CutPoint.LeaderEndsBelow(response.offset, end));
        }
      }
    } else if (fetched.divergingEpoch >= 0) {
      response.to.cut(
          response.epoch,
          new CutPoint.Diverged(
              response.offset,
              response.lastEpoch,
              new EpochEnd(fetched.divergingEpoch, fetched.divergingEndOffset)));
    } else if (fetched.error == Errors.NONE) {
      response.to.onFetched(response.epoch, response.offset, fetched, response.bytes);
    }
  }

  private void check() {
    long mostAcknowledged = -1;
    for (long offset : acknowledged.keySet()) {
      mostAcknowledged = Math.max(mostAcknowledged, offset);
    }
    for (ModelBroker broker : brokers) {
      if (!broker.alive()) {
        continue;
      }
      Partition partition = broker.partition();
      assertThat(partition.highWatermark())
          .as("%s: high watermark within the log", broker)
          .isLessThanOrEqualTo(partition.logEndOffset());
      if (controller.now().isInSync(broker.id)) {
        assertThat(partition.logEndOffset())
            .as("I1: %s is in sync and has all that is acknowledged", broker)
            .isGreaterThan(mostAcknowledged);
      }
      long known = checkedTo.getOrDefault(broker.id, 0L);
      if (partition.highWatermark() != known) {
        checkedTo.put(broker.id, partition.highWatermark());
        checkCommitted(broker, partition.highWatermark());
      }
    }
  }

  private void checkCommitted(ModelBroker broker, long end) {
    for (StoredBatch batch : broker.batches(end)) {
      StoredBatch before = committed.putIfAbsent(batch.baseOffset(), batch);
      assertThat(before == null ? batch : before)
          .as("I2: %s below %s", broker, end)
          .isEqualTo(batch);
      StoredBatch promised = acknowledged.get(batch.baseOffset());
      assertThat(promised == null ? batch : promised).as("I1: %s", broker).isEqualTo(batch);
    }
    for (StoredBatch batch : broker.batches(broker.partition().logEndOffset())) {
      long key = batch.baseOffset() * 1_000 + batch.epoch();
      StoredBatch before = stored.putIfAbsent(key, batch);
      if (before != null && !before.equals(batch)) {
        // Killed before it was fetched or committed by anybody, the epoch's leader may have gone
        // on from an earlier end; what counts is that no two replicas hold different ones.
        for (ModelBroker other : brokers) {
          if (other != broker && other.alive()) {
            assertThat(other.batches(other.partition().logEndOffset()))
                .as("I4: %s and %s", broker, other)
                .doesNotContain(before);
          }
        }
        stored.put(key, batch);
      }
    }
  }

  /// All faults end: everybody is up, hears everything and fetches until nothing is left to do.
  private void heal() {
    for (ModelBroker broker : brokers) {
      if (!broker.alive()) {
        broker.start();
      }
      controller.unfence(broker.id);
    }
    for (int round = 0; round < 400; round++) {
      for (ModelBroker broker : brokers) {
        controller.decideNext();
        broker.deliver(Integer.MAX_VALUE);
        fetch(broker);
        while (!underWay.isEmpty()) {
          arrive(false);
        }
        broker.partition().onTick();
        world.runFor(5_000_000);
        check();
      }
    }
  }

  private void checkEqual() {
    assertThat(controller.now().isr()).as("I5: in sync").hasSize(3);
    ModelBroker leader = brokers.get(controller.now().leader() - 1);
    long end = leader.partition().logEndOffset();
    List<StoredBatch> all = leader.batches(end);
    assertThat(all).as("I1: all that is acknowledged").containsAll(acknowledged.values());
    for (ModelBroker broker : brokers) {
      assertThat(broker.partition().highWatermark())
          .as("I5: %s is committed", broker)
          .isEqualTo(end);
      assertThat(broker.batches(broker.partition().logEndOffset()))
          .as("I4: %s", broker)
          .isEqualTo(all);
    }
  }
}
