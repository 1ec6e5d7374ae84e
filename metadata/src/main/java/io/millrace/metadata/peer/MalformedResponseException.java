package io.millrace.metadata.peer;

import org.jspecify.annotations.Nullable;

/// The bytes of an answer are not what its API says. The connection that brought them is closed.
public final class MalformedResponseException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public MalformedResponseException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
