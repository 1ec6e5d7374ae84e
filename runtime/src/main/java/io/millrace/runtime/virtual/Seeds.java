package io.millrace.runtime.virtual;

/// Derives seeds from seeds and names, the same in every process.
final class Seeds {

  private Seeds() {}

  /// A bijection that spreads every bit (the finaliser of SplitMix64).
  static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /// The seed of a named part of what `seed` belongs to.
  static long derive(long seed, String name) {
    long derived = mix(seed);
    for (int i = 0; i < name.length(); i++) {
      derived = mix(derived ^ name.charAt(i));
    }
    return derived;
  }
}
