package io.millrace.runtime.real;

import io.millrace.runtime.Entropy;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/// Randomness of the machine: fast unpredictable streams, and identifiers from its strong source
/// ([UUID#randomUUID], which is seeded on first use only, so that start-up does not pay for it).
final class SystemEntropy implements Entropy {

  @Override
  public RandomGenerator stream(String concern) {
    return new SplittableRandom(ThreadLocalRandom.current().nextLong() ^ concern.hashCode());
  }

  @Override
  public UUID uuid() {
    return UUID.randomUUID();
  }
}
