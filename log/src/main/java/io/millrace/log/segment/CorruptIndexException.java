package io.millrace.log.segment;

import java.io.IOException;

/// An index file says what the batches do not. The index can be rebuilt from them.
public final class CorruptIndexException extends IOException {
  private static final long serialVersionUID = 1L;

  CorruptIndexException(String message) {
    super(message);
  }
}
