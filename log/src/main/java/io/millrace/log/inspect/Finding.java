package io.millrace.log.inspect;

import java.nio.file.Path;

/// Something that is not as a node that stopped cleanly leaves it.
///
/// @param path the file or folder
/// @param what a sentence: what is there, and what follows from it
public record Finding(Severity severity, Path path, String what) {

  /// How bad it is.
  public enum Severity {
    /// Harmless: a leftover, or a folder that is no log.
    NOTE,
    /// The next start mends it by itself; nothing that was flushed is lost.
    MENDED,
    /// Records cannot be read, or an index is wrong where no start looks: somebody must act.
    DAMAGE
  }

  static Finding note(Path path, String what) {
    return new Finding(Severity.NOTE, path, what);
  }

  static Finding mended(Path path, String what) {
    return new Finding(Severity.MENDED, path, what);
  }

  static Finding damage(Path path, String what) {
    return new Finding(Severity.DAMAGE, path, what);
  }
}
