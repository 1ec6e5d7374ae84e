package io.millrace.server.api.controller;

import io.millrace.runtime.Clock;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Timer;
import io.millrace.server.api.Forwarder;
import io.millrace.server.request.ErrorResponses;
import io.millrace.server.request.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/// Forwards to the controller in this very process. While that is not the active one (it has just
/// started, or lost its leadership), it is asked again until `request.timeout.ms` have passed, as a
/// forwarding broker of Kafka's does.
public final class LocalForwarder implements Forwarder {

  private static final long RETRY_NANOS = 20_000_000;

  /// A change is answered after so long even where the image is late.
  private static final long VISIBLE_WITHIN_NANOS = 1_000_000_000;

  /// Runs a step once this broker shows what the controller has committed by now. Any thread.
  @FunctionalInterface
  public interface Visibility {
    void afterCommitted(Runnable then);
  }

  private final ControllerCalls calls;
  private final Clock clock;
  private final long timeoutNanos;
  private final Visibility visibility;

  /// @param timeoutMs `request.timeout.ms`
  public LocalForwarder(ControllerCalls calls, Clock clock, int timeoutMs, Visibility visibility) {
    this.calls = calls;
    this.visibility = visibility;
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
            complete(request, response, answer);
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

  private void complete(
      Request request, ApiMessage response, CompletableFuture<ApiMessage> answer) {
    if (request.api() == ApiKeys.DESCRIBE_QUORUM) {
      answer.complete(response);
      return;
    }
    visibility.afterCommitted(() -> answer.complete(response));
    if (!answer.isDone()) {
      EventLoop loop = request.connection().loop();
      loop.execute(() -> {
        Timer timer = loop.schedule(VISIBLE_WITHIN_NANOS, () -> answer.complete(response));
        answer.thenRun(() -> loop.execute(timer::cancel));
      });
    }
  }
}
