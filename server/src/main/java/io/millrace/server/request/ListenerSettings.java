package io.millrace.server.request;

import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/// One listener as its connections see it.
///
/// @param maxRequestBytes `socket.request.max.bytes`: longer frames close the connection
/// @param maxIdleMs `connections.max.idle.ms`: silence after which a connection is closed; 0 or
///   less for never
public record ListenerSettings(
    ListenerName name,
    SecurityProtocol protocol,
    Request.ListenerRole role,
    int maxRequestBytes,
    long maxIdleMs) {}
