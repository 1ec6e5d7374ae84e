package io.millrace.server.request;

import io.millrace.runtime.Connection;

/// One request's place in the order of its connection's answers. Belongs to the connection's loop.
public abstract class Answer {

  private boolean ready;
  private short api;
  private long begunNanos;

  /// Notes whose answer it is, for the figures.
  final void begin(short forApi, long nowNanos) {
    api = forApi;
    begunNanos = nowNanos;
  }

  final short api() {
    return api;
  }

  final long begunNanos() {
    return begunNanos;
  }

  /// Whether it can be sent.
  final boolean isReady() {
    return ready;
  }

  /// For subclasses that are used again.
  protected final void reset() {
    ready = false;
  }

  final void markReady() {
    ready = true;
  }

  /// Encodes the whole frame, length prefix included, to the connection's output. Called once, when
  /// all earlier answers have been encoded.
  protected abstract void encode(Connection out);

  /// The connection is gone or will not send this: gives back what the answer holds (file slices,
  /// places in waiting lists). Called at most once, instead of [#encode].
  protected abstract void discard();

  /// The client has sent another request, which cannot start before this one is answered: an answer
  /// that only waits for more to say may end its wait.
  protected void onSuccessor() {}

  /// Whether a Produce request may start while this one is not answered yet. Only Produce requests
  /// overlap on a connection; everything else is handled strictly one after the other, as Kafka
  /// does, since its effects may depend on the request before.
  protected boolean overlapsProduce() {
    return false;
  }
}
