package io.millrace.log;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Whatever moment a log is killed at, or its machine loses power: see [CrashedLogLife].
class CrashRecoveryTest {

  private static final int LIVES = 12;

  @Test
  void keepsWhatItPromisedOnFixedSeeds() {
    LongStream.range(0, 60).forEach(seed -> new CrashedLogLife(seed).run(LIVES));
  }

  @Test
  void keepsWhatItPromisedOnAFreshSeed() {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    System.out.println("CrashRecoveryTest: -Dmillrace.seed=" + seed);
    LongStream.range(seed, seed + Integer.getInteger("millrace.seeds", 10))
        .forEach(s -> new CrashedLogLife(s).run(LIVES));
  }
}
