package io.millrace.benchmark.load;

import org.jspecify.annotations.Nullable;

/// The load could not go on: the broker answered with an error, closed a connection or fell silent.
/// The run is no result.
public final class LoadException extends RuntimeException {
  public LoadException(String message) {
    super(message);
  }

  public LoadException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
