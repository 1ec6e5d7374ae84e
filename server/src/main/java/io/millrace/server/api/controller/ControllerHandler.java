package io.millrace.server.api.controller;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import org.apache.kafka.common.protocol.ApiMessage;

/// Answers an API on the controller's listener.
public final class ControllerHandler implements ApiHandler<ApiMessage> {

  private final ControllerCalls calls;

  public ControllerHandler(ControllerCalls calls) {
    this.calls = calls;
  }

  @Override
  public void handle(Request request, ApiMessage body, Responder out) {
    calls
        .apply(request, body, false)
        .whenComplete((response, failure) -> {
          if (failure != null) {
            out.fail(failure);
          } else {
            out.respond(response);
          }
        });
  }
}
