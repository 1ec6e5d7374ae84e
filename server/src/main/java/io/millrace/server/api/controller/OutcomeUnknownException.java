package io.millrace.server.api.controller;

import org.apache.kafka.common.errors.NotControllerException;

/// A controller was asked and has not answered for certain: what it was asked for may have taken
/// effect, or may yet. Another should be asked, as after any [NotControllerException], which says
/// by itself that nothing was done.
final class OutcomeUnknownException extends NotControllerException {
  private static final long serialVersionUID = 1L;

  OutcomeUnknownException(String message) {
    super(message);
  }
}
