package io.millrace.runtime.virtual;

import io.millrace.runtime.Entropy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// Streams derived from a seed, the concern's name and how often that name was asked for.
final class VirtualEntropy implements Entropy {

  private final long seed;
  private final Map<String, Integer> asked = new LinkedHashMap<>();
  private final RandomGenerator uuids;

  VirtualEntropy(long seed) {
    this.seed = seed;
    this.uuids = stream("uuid");
  }

  @Override
  public RandomGenerator stream(String concern) {
    int turn = asked.merge(concern, 1, Integer::sum);
    return new SplittableRandom(Seeds.derive(seed + turn, concern));
  }

  @Override
  public UUID uuid() {
    long high = uuids.nextLong() & ~0xF000L | 0x4000L;
    long low = uuids.nextLong() & ~(3L << 62) | 2L << 62;
    return new UUID(high, low);
  }
}
