package io.millrace.server.request;

import io.millrace.runtime.EventLoop;
import org.apache.kafka.common.network.ClientInformation;

/// What a handler may know and say of the connection that a request came in on. Belongs to its
/// loop: all methods but [#loop] and [#id] are called there.
public interface ClientConnection {

  /// The loop that handlers are called on.
  EventLoop loop();

  /// Unique within the node; the same text that Kafka prints for a connection.
  String id();

  /// The client's software as ApiVersions named it, or [ClientInformation#EMPTY].
  ClientInformation clientInformation();

  /// Remembers the client's software for the requests that follow.
  void identify(ClientInformation information);
}
