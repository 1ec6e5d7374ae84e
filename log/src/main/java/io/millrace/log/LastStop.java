package io.millrace.log;

import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;

/// How the process that used a log directory before came to its end: what its files can be trusted
/// for.
public enum LastStop {

  /// It closed the directory whole and made everything durable.
  CLEAN,

  /// It was killed, and the machine has run on since: every write that returned can be read. Only
  /// the very last one may be torn.
  KILLED,

  /// Nobody knows; the machine may have lost its power. What was not synced may be there, missing,
  /// or there with holes.
  UNKNOWN;

  /// What the files of a log directory say of it. Reads only.
  public static LastStop of(Disk disk, Path directory) throws IOException {
    if (CleanShutdown.isMarked(disk, directory)) {
      return CLEAN;
    }
    return BootNote.isOfThisBoot(disk, directory) ? KILLED : UNKNOWN;
  }
}
