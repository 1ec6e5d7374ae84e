package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Whatever happens to the brokers of a partition: see [ReplicaSetRun].
class ReplicaSetTest {

  private static final int STEPS = 1_500;

  @Test
  void losesNothingWhateverIsKilled() {
    int acknowledged = 0;
    for (long seed = 0; seed < 30; seed++) {
      acknowledged += run(seed, false);
    }
    assertThat(acknowledged).as("the schedules get something done").isGreaterThan(1_000);
  }

  @Test
  void losesNothingWithoutPowerWhereTheTopicAsksForFsync() {
    int acknowledged = 0;
    for (long seed = 0; seed < 30; seed++) {
      acknowledged += run(seed, true);
    }
    assertThat(acknowledged).as("the schedules get something done").isGreaterThan(300);
  }

  @Test
  void losesNothingOnAFreshSeed() {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    System.out.println("ReplicaSetTest: -Dmillrace.seed=" + seed);
    LongStream.range(seed, seed + 3)
        .forEach(s -> {
          run(s, false);
          run(s, true);
        });
  }

  private static int run(long seed, boolean synced) {
    ReplicaSetRun run = new ReplicaSetRun(seed, synced);
    run.run(STEPS);
    return run.acknowledgements();
  }
}
