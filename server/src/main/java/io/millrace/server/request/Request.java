package io.millrace.server.request;

import java.net.InetAddress;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/// Who asks, how and from where: everything of a request but its body. Immutable, but for what its
/// connection remembers.
///
/// @param context Kafka's own form of it; what authorizers and the controller take
/// @param connection the connection it came in on
/// @param listener the role of the listener it came in on
/// @param receivedMs wall-clock milliseconds at which it was read whole
public record Request(
    RequestContext context, ClientConnection connection, ListenerRole listener, long receivedMs) {

  /// What a listener serves.
  public enum ListenerRole {
    /// Clients and other brokers.
    BROKER,
    /// Controllers, brokers that talk to them, and administrators who bypass brokers.
    CONTROLLER
  }

  public RequestHeader header() {
    return context.header;
  }

  public ApiKeys api() {
    return context.header.apiKey();
  }

  /// The version to answer in. Version 0 for an ApiVersions request in a version that is not known
  /// here.
  public short version() {
    return context.apiVersion();
  }

  public String clientId() {
    return context.clientId();
  }

  public KafkaPrincipal principal() {
    return context.principal;
  }

  public ListenerName listenerName() {
    return context.listenerName;
  }

  public InetAddress peer() {
    return context.clientAddress;
  }
}
