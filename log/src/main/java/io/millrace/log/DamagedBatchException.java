package io.millrace.log;

import java.io.IOException;
import java.nio.file.Path;

/// A batch that had to be read has a wrong checksum, or records that cannot be read (compressed
/// ones are stored as they came). The disk answers; its content is damaged. Answered to clients as
/// CORRUPT_MESSAGE.
public final class DamagedBatchException extends IOException {
  private static final long serialVersionUID = 1L;

  public DamagedBatchException(Path file, long position) {
    super(file + ": damaged batch at " + position);
  }

  DamagedBatchException(Path file, long position, Throwable cause) {
    super(file + ": damaged batch at " + position + ": " + cause, cause);
  }
}
