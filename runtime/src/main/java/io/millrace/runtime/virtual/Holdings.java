package io.millrace.runtime.virtual;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What a process holds at one moment: whatever of it grows at rest is a leak.
///
/// @param files its open files
/// @param events what is about to happen in it: timers, steps of its loops
/// @param connections open ones to living processes, by the other machine's name
public record Holdings(List<HeldFile> files, int events, Map<String, Integer> connections) {

  /// An open file.
  ///
  /// @param references how many have it: the one who opened it, and slices of it
  /// @param exists whether it has a name still
  public record HeldFile(Path path, int references, boolean exists) {}
}
