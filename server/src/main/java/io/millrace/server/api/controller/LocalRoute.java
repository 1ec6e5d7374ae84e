package io.millrace.server.api.controller;

import io.millrace.server.request.Request;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.apache.kafka.common.protocol.ApiMessage;

/// The way to the controller in this very process: a call.
///
/// @param committedOffset the last offset of the metadata log that is known to be committed
public record LocalRoute(ControllerCalls calls, LongSupplier committedOffset)
    implements ControllerRoute {

  @Override
  public CompletionStage<Done> ask(Request request, ApiMessage body, int timeoutMs) {
    return calls
        .apply(request, body, true)
        .thenApply(response -> new Done(response, committedOffset.getAsLong()));
  }
}
