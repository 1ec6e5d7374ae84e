package io.millrace.runtime;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The volume, or the quota on it, has no room for what was to be written. A prefix may have been
/// written. Told apart from other I/O errors because it heals when somebody frees space.
public final class DiskFullException extends IOException {
  private static final long serialVersionUID = 1L;

  public DiskFullException(Path path, @Nullable Throwable cause) {
    super("no space left on the device for " + path, cause);
  }
}
