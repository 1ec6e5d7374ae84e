package io.millrace.server.request;

/// Answers one API straight from the receive buffer, for the two that carry the data (Produce and
/// Fetch). Everything that must outlive the call is copied by the handler: the bytes behind `body`
/// are overwritten as soon as it returns.
@FunctionalInterface
public interface WireHandler {

  /// Called on the connection's loop; must not wait. Enqueues exactly one [Answer] on the
  /// connection ([WireConnection#enqueue]) before it returns, unless the API has no answer (acks=0)
  /// or the request is put off ([WireConnection#putOff]).
  ///
  /// @param body at the first byte behind the request header
  /// @throws MalformedRequestException when the bytes do not follow the protocol; nothing has been
  ///   enqueued then
  void handle(WireConnection connection, WireHeader header, WireReader body);
}
