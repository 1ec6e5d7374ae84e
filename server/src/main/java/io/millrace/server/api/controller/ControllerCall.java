package io.millrace.server.api.controller;

import io.millrace.server.request.Request;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/// One API as the active controller does it.
///
/// @param <Q> the API's request body
@FunctionalInterface
interface ControllerCall<Q extends ApiMessage> {

  /// Does not wait. Completes on any thread with the response, or exceptionally with the reason
  /// that the whole request failed; may throw that reason at once.
  ///
  /// @param forwarded whether a broker passes on what a client asked it for
  CompletionStage<? extends ApiMessage> apply(Request request, Q body, boolean forwarded);
}
