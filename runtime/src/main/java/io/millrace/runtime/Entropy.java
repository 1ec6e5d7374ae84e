package io.millrace.runtime;

import java.util.random.RandomGenerator;

/// Randomness, one independent stream a concern, so that one more draw in one concern does not
/// change what the others see when a run is replayed from its seed.
public interface Entropy {

  /// A new generator for the named concern. The same seed, name and order of calls for that name
  /// give the same stream. The generator belongs to the caller and is not thread-safe.
  RandomGenerator stream(String concern);

  /// Cryptographically strong in production (ids that name incarnations, directories, clusters);
  /// seeded in the virtual world. Thread-safe.
  java.util.UUID uuid();
}
