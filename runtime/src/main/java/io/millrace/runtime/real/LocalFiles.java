package io.millrace.runtime.real;

import io.millrace.runtime.Disk;

/// The machine's file systems alone, for tools that look at a stopped node's files and need neither
/// loops nor a network.
public final class LocalFiles {

  private LocalFiles() {}

  public static Disk disk() {
    return new NioDisk();
  }
}
