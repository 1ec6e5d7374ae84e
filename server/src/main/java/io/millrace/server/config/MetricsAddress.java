package io.millrace.server.config;

import java.util.Optional;

/// Where metrics are served: the property `metrics.listener`, which Kafka does not have.
///
/// @param host empty for all addresses
/// @param port 0 for any free one
public record MetricsAddress(String host, int port) {

  public static final String KEY = "metrics.listener";

  /// Reads `host:port`, `[ipv6]:port` or `:port`; empty where the value is none of them.
  public static Optional<MetricsAddress> parse(String value) {
    int colon = value.lastIndexOf(':');
    if (colon < 0 || !value.substring(colon + 1).matches("\\d{1,5}")) {
      return Optional.empty();
    }
    int port = Integer.parseInt(value.substring(colon + 1));
    String host = value.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    return port > 65_535 ? Optional.empty() : Optional.of(new MetricsAddress(host, port));
  }
}
