package io.millrace.server.api.controller;

import io.millrace.runtime.Clock;
import io.millrace.server.api.Forwarder;
import io.millrace.server.request.ErrorResponses;
import io.millrace.server.request.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.protocol.ApiMessage;

/// Forwards to the controller in this very process. While that is not the active one (it has just
/// started, or lost its leadership), it is asked again until `request.timeout.ms` have passed, as a
/// forwarding broker of Kafka's does.
public final class LocalForwarder implements Forwarder {

  private static final long RETRY_NANOS = 20_000_000;

  private final ControllerCalls calls;
  private final Clock clock;
  private final long timeoutNanos;

  /// @param timeoutMs `request.timeout.ms`
  public LocalForwarder(ControllerCalls calls, Clock clock, int timeoutMs) {
    this.calls = calls;
    this.clock = clock;
    this.timeoutNanos = timeoutMs * 1_000_000L;
  }

  @Override
  public CompletionStage<ApiMessage> forward(Request request, ApiMessage body) {
    CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
    attempt(request, body, clock.nanos() + timeoutNanos, answer);
    return answer;
  }

  private void attempt(
      Request request, ApiMessage body, long deadlineNanos, CompletableFuture<ApiMessage> answer) {
    calls
        .apply(request, body, true)
        .whenComplete((response, failure) -> {
          if (failure == null) {
            answer.complete(response);
            return;
          }
          Throwable cause = ErrorResponses.unwrap(failure);
          if (!(cause instanceof NotControllerException)) {
            answer.completeExceptionally(cause);
          } else if (clock.nanos() - deadlineNanos >= 0) {
            answer.completeExceptionally(
                new TimeoutException("No active controller was found in time.", cause));
          } else {
            request
                .connection()
                .loop()
                .schedule(RETRY_NANOS, () -> attempt(request, body, deadlineNanos, answer));
          }
        });
  }
}
