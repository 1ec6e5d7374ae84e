package io.millrace.server.request;

import org.apache.kafka.common.protocol.ApiMessage;

/// Answers one API in every version that its node advertises.
///
/// @param <Q> the API's request body, a message class of Kafka's
@FunctionalInterface
public interface ApiHandler<Q extends ApiMessage> {

  /// Called on the connection's loop; must not wait. Answers through `out` exactly once, now or
  /// later. What it throws before answering is answered as [Responder#fail] would.
  ///
  /// @param body decoded; valid beyond this call unless the API's own documentation says otherwise
  void handle(Request request, Q body, Responder out);
}
