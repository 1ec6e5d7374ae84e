package io.millrace.server.api;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import org.apache.kafka.common.protocol.ApiMessage;

/// Answers an API with what the active controller says: the broker adds nothing to it.
public final class ForwardingHandler implements ApiHandler<ApiMessage> {

  private final Forwarder forwarder;

  public ForwardingHandler(Forwarder forwarder) {
    this.forwarder = forwarder;
  }

  @Override
  public void handle(Request request, ApiMessage body, Responder out) {
    forwarder
        .forward(request, body)
        .whenComplete((response, failure) -> {
          if (failure != null) {
            out.fail(failure);
          } else {
            out.respond(response);
          }
        });
  }
}
