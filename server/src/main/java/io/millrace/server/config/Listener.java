package io.millrace.server.config;

import io.millrace.server.request.Request.ListenerRole;
import java.net.InetSocketAddress;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/// Where the node listens.
///
/// @param host as configured; empty for every interface
/// @param port as configured; 0 for one that the kernel chooses
public record Listener(
    ListenerName name, SecurityProtocol protocol, String host, int port, ListenerRole role) {

  /// The address to bind; resolves the host's name, so it may be slow.
  public InetSocketAddress bindAddress() {
    return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
  }
}
