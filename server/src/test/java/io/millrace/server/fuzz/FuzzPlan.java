package io.millrace.server.fuzz;

import java.util.Random;
import java.util.random.RandomGenerator;

/// How long to go on, and from which seed. In the build: a fixed number of inputs of a fixed seed.
/// With `-Dfuzz.seconds=N` (profile `fuzz-long`): that long, from a fresh seed that is printed, or
/// from `-Dfuzz.seed`.
final class FuzzPlan {

  private static final long BUILD_SEED = 20_251;

  private final long seed;
  private final int inputs;
  private final long endNanos;
  private final RandomGenerator random;
  private int done;

  /// @param inputsInBuild how many inputs the build takes
  FuzzPlan(int inputsInBuild) {
    Integer seconds = Integer.getInteger("fuzz.seconds");
    Long given = Long.getLong("fuzz.seed");
    seed = given != null ? given : seconds == null ? BUILD_SEED : System.nanoTime();
    inputs = seconds == null ? inputsInBuild : Integer.MAX_VALUE;
    endNanos = seconds == null ? Long.MAX_VALUE : System.nanoTime() + seconds * 1_000_000_000L;
    random = new Random(seed);
    if (seconds != null) {
      System.out.println("fuzzing for " + seconds + " s with -Dfuzz.seed=" + seed);
    }
  }

  RandomGenerator random() {
    return random;
  }

  /// Whether there is another input to try.
  boolean next() {
    boolean more = done < inputs && (endNanos == Long.MAX_VALUE || System.nanoTime() < endNanos);
    done += more ? 1 : 0;
    return more;
  }

  /// What a failure has to say, so that it can be had again.
  String describe(byte[] input) {
    return "input "
        + done
        + " of -Dfuzz.seed="
        + seed
        + ": "
        + java.util.HexFormat.of().formatHex(input, 0, Math.min(input.length, 4096));
  }
}
