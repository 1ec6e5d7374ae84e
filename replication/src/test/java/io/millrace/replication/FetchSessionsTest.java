package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.real.RealWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The cache of fetch sessions, which all connection loops share: its rules, and these under real
/// threads.
class FetchSessionsTest {

  private static final int SLOTS = 3;
  private static final int READERS = 4;
  private static final int ROUNDS = 2_000;
  private static final int NONE = FetchMetadata.INVALID_SESSION_ID;
  private static final int FIRST = FetchMetadata.INITIAL_EPOCH;
  private static final int LAST = FetchMetadata.FINAL_EPOCH;

  private final RealWorld world = RealWorld.builder().loops(1).build();
  private final ExecutorService threads = Executors.newFixedThreadPool(READERS);
  private final FetchSessions sessions =
      new FetchSessions(world.clock(), SLOTS, Long.MAX_VALUE, new Random(1));

  @AfterEach
  void close() throws InterruptedException {
    threads.shutdownNow();
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    world.close();
  }

  private static List<FetchPartition> partitions(int... indexes) {
    List<FetchPartition> partitions = new ArrayList<>();
    for (int index : indexes) {
      partitions.add(new FetchPartition(null, new Uuid(1, 1), index));
    }
    return partitions;
  }

  private FetchSessions.Context open(int id, int epoch, boolean follower, int... indexes) {
    return sessions.open(id, epoch, true, follower, partitions(indexes), List.of());
  }

  @Test
  void aSessionRemembersItsPartitionsAndTakesEachEpochOnce() {
    int id = open(NONE, FIRST, false, 0, 1).sessionId();

    assertThat(open(id, 1, false, 2).partitions())
        .extracting(FetchPartition::index)
        .containsExactly(0, 1, 2);
    assertThat(open(id, 1, false).error()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
    assertThat(open(id, 2, false).incremental()).isTrue();
    assertThat(sessions.open(id, 3, false, false, List.of(), List.of()).error())
        .isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
    assertThat(open(id, LAST, false).session()).isNull();
    assertThat(open(id, 3, false).error()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
  }

  @Test
  void aSessionThatForgetsEverythingEnds() {
    int id = open(NONE, FIRST, false, 0).sessionId();

    assertThat(sessions.open(id, 1, true, false, List.of(), partitions(0)).session()).isNull();
    assertThat(sessions.size()).isZero();
  }

  @Test
  void onlyAFollowerTakesAnothersPlace() {
    int oldest = open(NONE, FIRST, false, 0).sessionId();
    for (int i = 1; i < SLOTS; i++) {
      open(NONE, FIRST, false, 0);
    }

    assertThat(open(NONE, FIRST, false, 0).session()).isNull();
    assertThat(open(NONE, FIRST, true, 0).session()).isNotNull();
    assertThat(open(oldest, 1, false).error()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
    assertThat(sessions.size()).isEqualTo(SLOTS);
  }

  @Test
  void anEpochIsTakenByOneOfTheFetchesThatAskForIt() throws Exception {
    int id = open(NONE, FIRST, false, 0, 1).sessionId();
    AtomicIntegerArray taken = new AtomicIntegerArray(ROUNDS + 1);
    inAllThreads(() -> {
      for (int epoch = 1; epoch <= ROUNDS; ) {
        FetchSessions.Context context = open(id, epoch, false);
        if (context.error() == Errors.NONE) {
          assertThat(context.partitions()).hasSize(2);
          taken.incrementAndGet(epoch++);
          Objects.requireNonNull(context.session()).rotate(context.partitions().getFirst());
        } else if (taken.get(epoch) > 0) {
          epoch++;
        }
      }
      return null;
    });
    for (int epoch = 1; epoch <= ROUNDS; epoch++) {
      assertThat(taken.get(epoch)).as("epoch %s", epoch).isEqualTo(1);
    }
  }

  @Test
  void sessionsThatPushEachOtherOutNeverMixNorExceedTheSlots() throws Exception {
    inAllThreads(() -> {
      int mine = (int) Thread.currentThread().threadId();
      for (int round = 0; round < ROUNDS; round++) {
        FetchSessions.Context made = open(NONE, FIRST, round % 2 == 0, mine);
        assertThat(sessions.size()).isLessThanOrEqualTo(SLOTS);
        if (made.session() == null) {
          continue;
        }
        for (int epoch = 1; epoch < 4; epoch++) {
          FetchSessions.Context context = open(made.sessionId(), epoch, false);
          assertThat(context.error()).isIn(Errors.NONE, Errors.FETCH_SESSION_ID_NOT_FOUND);
          assertThat(context.partitions()).allMatch(partition -> partition.index() == mine);
        }
        open(made.sessionId(), LAST, false);
      }
      return null;
    });
    assertThat(sessions.size()).isZero();
  }

  private void inAllThreads(Callable<?> reader) throws Exception {
    List<Future<?>> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      readers.add(threads.submit(reader));
    }
    for (Future<?> each : readers) {
      each.get(60, TimeUnit.SECONDS);
    }
  }
}
