package io.millrace.server.config;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.server.config.AbstractKafkaConfig;

/// What connections and requests may take, by Kafka's names.
///
/// @param requestMaxBytes a larger request closes its connection (`socket.request.max.bytes`)
/// @param queuedMaxBytes bytes of requests in memory after which nothing more is read; -1 for no
///   bound (`queued.max.request.bytes`)
/// @param backlog connections that the kernel holds until they are accepted
/// @param maxConnections over all listeners
/// @param maxConnectionsPerIp for one address without an entry in `maxConnectionsPerIpOverrides`
/// @param maxConnectionsPerIpOverrides by address or host name
/// @param maxConnectionsPerListener by lower-cased listener name, from
///   `listener.name.….max.connections`
/// @param maxConnectionCreationRate connections a second
/// @param maxIdleMs a connection without traffic for so long is closed; negative for never
public record SocketLimits(
    int requestMaxBytes,
    long queuedMaxBytes,
    int backlog,
    int maxConnections,
    int maxConnectionsPerIp,
    Map<String, Integer> maxConnectionsPerIpOverrides,
    Map<String, Integer> maxConnectionsPerListener,
    int maxConnectionCreationRate,
    long maxIdleMs) {

  private static final String LISTENER_PREFIX = "listener.name.";
  private static final String LISTENER_SUFFIX = "." + SocketServerConfigs.MAX_CONNECTIONS_CONFIG;

  /// @throws NumberFormatException where a limit by address or listener is no number
  static SocketLimits of(KafkaValues values) {
    Map<String, Integer> byIp = new LinkedHashMap<>();
    String overrides = SocketServerConfigs.MAX_CONNECTIONS_PER_IP_OVERRIDES_CONFIG;
    AbstractKafkaConfig.getMap(overrides, values.getString(overrides))
        .forEach((address, limit) -> byIp.put(address, Integer.parseInt(limit)));
    Map<String, Integer> byListener = new LinkedHashMap<>();
    values
        .originalsStrings()
        .forEach((key, value) -> {
          if (key.startsWith(LISTENER_PREFIX) && key.endsWith(LISTENER_SUFFIX)) {
            byListener.put(
                key.substring(LISTENER_PREFIX.length(), key.length() - LISTENER_SUFFIX.length()),
                Integer.parseInt(value));
          }
        });
    return new SocketLimits(
        values.getInt(SocketServerConfigs.SOCKET_REQUEST_MAX_BYTES_CONFIG),
        values.getLong(SocketServerConfigs.QUEUED_MAX_BYTES_CONFIG),
        values.getInt(SocketServerConfigs.SOCKET_LISTEN_BACKLOG_SIZE_CONFIG),
        values.getInt(SocketServerConfigs.MAX_CONNECTIONS_CONFIG),
        values.getInt(SocketServerConfigs.MAX_CONNECTIONS_PER_IP_CONFIG),
        byIp,
        byListener,
        values.getInt(SocketServerConfigs.MAX_CONNECTION_CREATION_RATE_CONFIG),
        values.getLong(SocketServerConfigs.CONNECTIONS_MAX_IDLE_MS_CONFIG));
  }
}
