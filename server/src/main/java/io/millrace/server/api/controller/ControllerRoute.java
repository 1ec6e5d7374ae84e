package io.millrace.server.api.controller;

import io.millrace.server.request.Request;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/// One way to a controller, taken once. Does not wait; its stage completes on any thread,
/// exceptionally where the whole request failed: with
/// [org.apache.kafka.common.errors.NotControllerException] where another should be asked, or the
/// same again soon; with its subclass [OutcomeUnknownException] where the change may have been made
/// nevertheless.
@FunctionalInterface
public interface ControllerRoute {

  /// What came of it.
  ///
  /// @param committedOffset the last offset that the controller had committed when it answered; a
  ///   change that it made is visible in every image that holds this offset. −1 when not known
  record Done(ApiMessage response, long committedOffset) {}

  /// @param timeoutMs how long the controller may take
  CompletionStage<Done> ask(Request request, ApiMessage body, int timeoutMs);
}
