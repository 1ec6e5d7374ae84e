package io.millrace.server.request;

import java.util.concurrent.atomic.LongAdder;

/// What the request path counts. Tests demand that faults stay at zero.
public final class RequestCounters {

  private final LongAdder requests = new LongAdder();
  private final LongAdder malformed = new LongAdder();
  private final LongAdder handlerFaults = new LongAdder();
  private final LongAdder connectionsOpened = new LongAdder();
  private final LongAdder connectionsRefused = new LongAdder();

  void onRequest() {
    requests.increment();
  }

  void onMalformed() {
    malformed.increment();
  }

  void onHandlerFault() {
    handlerFaults.increment();
  }

  void onOpened() {
    connectionsOpened.increment();
  }

  void onRefused() {
    connectionsRefused.increment();
  }

  /// Requests that were read whole.
  public long requests() {
    return requests.sum();
  }

  /// Frames that did not follow the protocol.
  public long malformed() {
    return malformed.sum();
  }

  /// Handlers that threw what no client can have caused: bugs.
  public long handlerFaults() {
    return handlerFaults.sum();
  }

  public long connectionsOpened() {
    return connectionsOpened.sum();
  }

  /// Connections closed at once because of a limit.
  public long connectionsRefused() {
    return connectionsRefused.sum();
  }
}
