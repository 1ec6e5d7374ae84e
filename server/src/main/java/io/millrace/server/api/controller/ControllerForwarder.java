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
import org.jspecify.annotations.Nullable;

/// Forwards to the active controller, in this process or another. While none is known, or the one
/// that was asked is not active (any more), it is asked again until `request.timeout.ms` have
/// passed, as a forwarding broker of Kafka's does. Where an attempt has ended without an answer, a
/// refusal of the next one is told as such only if it cannot be the first one's doing
/// ([Repetition]).
///
/// An answer is given when this broker's own image shows the change, so that a client that asks on
/// finds what it was told.
public final class ControllerForwarder implements Forwarder {

  private static final long RETRY_NANOS = 20_000_000;

  /// A change is answered after so long even where the image is late.
  private static final long VISIBLE_WITHIN_NANOS = 1_000_000_000;

  /// Chooses the way to the active controller. Any thread.
  @FunctionalInterface
  public interface Routes {
    /// Null while no controller is known to be active.
    @Nullable ControllerRoute current();
  }

  /// Runs a step once this broker shows the metadata log up to an offset. Any thread.
  @FunctionalInterface
  public interface Visibility {
    void whenShown(long offset, Runnable then);
  }

  private final Routes routes;
  private final Clock clock;
  private final long timeoutNanos;
  private final Visibility visibility;

  /// @param timeoutMs `request.timeout.ms`
  public ControllerForwarder(Routes routes, Clock clock, int timeoutMs, Visibility visibility) {
    this.routes = routes;
    this.visibility = visibility;
    this.clock = clock;
    this.timeoutNanos = timeoutMs * 1_000_000L;
  }

  @Override
  public CompletionStage<ApiMessage> forward(Request request, ApiMessage body) {
    CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
    attempt(request, body, clock.nanos() + timeoutNanos, false, answer);
    return answer;
  }

  /// @param doubted whether an attempt before this one may have taken effect
  private void attempt(
      Request request,
      ApiMessage body,
      long deadlineNanos,
      boolean doubted,
      CompletableFuture<ApiMessage> answer) {
    ControllerRoute route = routes.current();
    int leftMs = (int) Math.max(1, (deadlineNanos - clock.nanos()) / 1_000_000);
    CompletionStage<ControllerRoute.Done> attempt =
        route == null
            ? CompletableFuture.failedFuture(
                new NotControllerException("No active controller is known."))
            : route.ask(request, body, leftMs);
    attempt.whenComplete((done, failure) -> {
      if (failure == null) {
        if (doubted) {
          Repetition.soften(request.api(), done.response());
        }
        complete(request, done, answer);
        return;
      }
      Throwable cause = ErrorResponses.unwrap(failure);
      if (!(cause instanceof NotControllerException)) {
        answer.completeExceptionally(doubted ? Repetition.failure(request.api(), cause) : cause);
      } else if (clock.nanos() - deadlineNanos >= 0) {
        answer.completeExceptionally(
            new TimeoutException("No active controller was found in time.", cause));
      } else {
        boolean stillDoubted = doubted || cause instanceof OutcomeUnknownException;
        request
            .connection()
            .loop()
            .schedule(
                RETRY_NANOS, () -> attempt(request, body, deadlineNanos, stillDoubted, answer));
      }
    });
  }

  private void complete(
      Request request, ControllerRoute.Done done, CompletableFuture<ApiMessage> answer) {
    ApiMessage response = done.response();
    if (request.api() == ApiKeys.DESCRIBE_QUORUM || done.committedOffset() < 0) {
      answer.complete(response);
      return;
    }
    visibility.whenShown(done.committedOffset(), () -> answer.complete(response));
    if (!answer.isDone()) {
      EventLoop loop = request.connection().loop();
      loop.execute(() -> {
        Timer timer = loop.schedule(VISIBLE_WITHIN_NANOS, () -> answer.complete(response));
        answer.thenRun(() -> loop.execute(timer::cancel));
      });
    }
  }
}
