package io.millrace.server.api.controller;

import io.millrace.runtime.Clock;
import io.millrace.server.request.Request;
import java.util.OptionalLong;
import org.apache.kafka.controller.ControllerRequestContext;

/// Makes the context that Kafka's controller takes with each call.
final class ControllerContexts {

  private final Clock clock;

  ControllerContexts(Clock clock) {
    this.clock = clock;
  }

  /// For a call that may take as long as it takes.
  ControllerRequestContext of(Request request) {
    return new ControllerRequestContext(
        request.header().data(), request.principal(), OptionalLong.empty());
  }

  /// For a call that the controller gives up `timeoutMs` from now.
  ControllerRequestContext of(Request request, int timeoutMs) {
    return new ControllerRequestContext(
        request.header().data(),
        request.principal(),
        OptionalLong.of(clock.nanos() + timeoutMs * 1_000_000L));
  }
}
