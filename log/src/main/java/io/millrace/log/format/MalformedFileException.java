package io.millrace.log.format;

import java.io.IOException;
import java.nio.file.Path;

/// A small file does not have the form that it should have. The disk works; the content is lost.
public final class MalformedFileException extends IOException {
  private static final long serialVersionUID = 1L;

  public MalformedFileException(Path file, String reason) {
    super(file + ": " + reason);
  }
}
