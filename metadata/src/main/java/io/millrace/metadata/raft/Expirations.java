package io.millrace.metadata.raft;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Timer;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.raft.ExpirationService;

/// Fails parked fetches and appends of the Raft client when their time is over, on its loop.
final class Expirations implements ExpirationService {

  private final EventLoop loop;

  Expirations(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public <T> CompletableFuture<T> failAfter(long timeoutMs) {
    CompletableFuture<T> future = new CompletableFuture<>();
    if (timeoutMs < Integer.MAX_VALUE) {
      Timer timer =
          loop.schedule(
              timeoutMs * 1_000_000,
              () ->
                  future.completeExceptionally(
                      new TimeoutException("no result within " + timeoutMs + " ms")));
      future.whenComplete((_, _) -> timer.cancel());
    }
    return future;
  }
}
