package io.millrace.metadata.format;

import io.millrace.runtime.World;

/// Looks at a node's directories before anything else touches them: checks that they belong to this
/// node and cluster, formats empty ones as `kafka-storage format` does, or refuses.
///
/// A node invents a cluster only where nothing names another voter and no bootstrap server is
/// configured; every other empty directory needs its cluster named. A wiped voter never votes under
/// its old identity: it gets a new directory id and joins as an observer.
public final class ClusterFormatter {

  private ClusterFormatter() {}

  /// Blocks for the disk. Writes nothing when it refuses.
  public static FormatOutcome prepare(World world, FormatRequest request) {
    throw new UnsupportedOperationException();
  }
}
