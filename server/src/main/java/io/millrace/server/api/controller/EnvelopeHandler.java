package io.millrace.server.api.controller;

import io.millrace.server.api.Authorization;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.ErrorResponses;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.function.LongSupplier;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/// Answers Envelope on the controller's listener: does what a broker passes on for a client, on
/// behalf of that client.
public final class EnvelopeHandler implements ApiHandler<EnvelopeRequestData> {

  private final ControllerCalls calls;
  private final Authorization authorization;
  private final LongSupplier committedOffset;

  /// @param committedOffset the last offset of the metadata log that is known to be committed
  public EnvelopeHandler(
      ControllerCalls calls, Authorization authorization, LongSupplier committedOffset) {
    this.calls = calls;
    this.authorization = authorization;
    this.committedOffset = committedOffset;
  }

  @Override
  public void handle(Request envelope, EnvelopeRequestData body, Responder out) {
    authorization.requireOnCluster(envelope, AclOperation.CLUSTER_ACTION);
    Envelopes.Opened opened = Envelopes.open(envelope, body);
    calls
        .apply(opened.request(), opened.body(), true)
        .whenComplete((response, failure) ->
            out.respond(failure == null ? answer(opened, response) : refusal(opened, failure)));
  }

  private EnvelopeResponseData answer(Envelopes.Opened opened, ApiMessage response) {
    return Envelopes.answer(opened.request(), response, committedOffset.getAsLong());
  }

  private EnvelopeResponseData refusal(Envelopes.Opened opened, Throwable failure) {
    Throwable cause = ErrorResponses.unwrap(failure);
    if (cause instanceof OutcomeUnknownException) {
      return new EnvelopeResponseData().setErrorCode(Errors.REQUEST_TIMED_OUT.code());
    }
    if (cause instanceof NotControllerException) {
      // Told to the broker, which asks another controller, and not to its client.
      return new EnvelopeResponseData().setErrorCode(Errors.NOT_CONTROLLER.code());
    }
    Request request = opened.request();
    ApiMessage response = ErrorResponses.of(request.api(), request.version(), opened.body(), cause);
    return response == null
        ? new EnvelopeResponseData().setErrorCode(Errors.forException(cause).code())
        : answer(opened, response);
  }
}
