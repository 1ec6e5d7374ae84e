package io.millrace.server.config;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
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
/// @param creationRatePerListener the same from `listener.name.….max.connection.creation.rate`
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
    Map<String, Integer> creationRatePerListener,
    int maxConnectionCreationRate,
    long maxIdleMs) {

  private static final String LISTENER_PREFIX = "listener.name.";

  /// @throws NumberFormatException where a limit by address or listener is no number
  static SocketLimits of(KafkaValues values) {
    Map<String, Integer> byIp = new LinkedHashMap<>();
    String overrides = SocketServerConfigs.MAX_CONNECTIONS_PER_IP_OVERRIDES_CONFIG;
    AbstractKafkaConfig.getMap(overrides, values.getString(overrides))
        .forEach((address, limit) -> byIp.put(address, Integer.parseInt(limit)));
    return new SocketLimits(
        values.getInt(SocketServerConfigs.SOCKET_REQUEST_MAX_BYTES_CONFIG),
        values.getLong(SocketServerConfigs.QUEUED_MAX_BYTES_CONFIG),
        values.getInt(SocketServerConfigs.SOCKET_LISTEN_BACKLOG_SIZE_CONFIG),
        values.getInt(SocketServerConfigs.MAX_CONNECTIONS_CONFIG),
        values.getInt(SocketServerConfigs.MAX_CONNECTIONS_PER_IP_CONFIG),
        byIp,
        byListener(values, SocketServerConfigs.MAX_CONNECTIONS_CONFIG),
        byListener(values, SocketServerConfigs.MAX_CONNECTION_CREATION_RATE_CONFIG),
        values.getInt(SocketServerConfigs.MAX_CONNECTION_CREATION_RATE_CONFIG),
        values.getLong(SocketServerConfigs.CONNECTIONS_MAX_IDLE_MS_CONFIG));
  }

  /// Whether `key` is one of those that may be set for a single listener.
  static boolean isOfListener(String key) {
    return key.startsWith(LISTENER_PREFIX)
        && (key.endsWith("." + SocketServerConfigs.MAX_CONNECTIONS_CONFIG)
            || key.endsWith("." + SocketServerConfigs.MAX_CONNECTION_CREATION_RATE_CONFIG));
  }

  private static Map<String, Integer> byListener(KafkaValues values, String name) {
    Map<String, Integer> byListener = new LinkedHashMap<>();
    String suffix = "." + name;
    values
        .originalsStrings()
        .forEach((key, value) -> {
          if (key.startsWith(LISTENER_PREFIX) && key.endsWith(suffix)) {
            byListener.put(
                key.substring(LISTENER_PREFIX.length(), key.length() - suffix.length()),
                Integer.parseInt(value.trim()));
          }
        });
    return byListener;
  }

  /// What may not be set while the node runs, though it may stand in its file: nothing at all.
  ///
  /// @throws ConfigException naming it
  void requirePlaces() {
    requirePositive(SocketServerConfigs.MAX_CONNECTIONS_CONFIG, maxConnections);
    requirePositive(
        SocketServerConfigs.MAX_CONNECTION_CREATION_RATE_CONFIG, maxConnectionCreationRate);
    maxConnectionsPerListener.forEach((listener, value) ->
        requirePositive(
            LISTENER_PREFIX + listener + "." + SocketServerConfigs.MAX_CONNECTIONS_CONFIG, value));
    creationRatePerListener.forEach((listener, value) ->
        requirePositive(
            LISTENER_PREFIX
                + listener
                + "."
                + SocketServerConfigs.MAX_CONNECTION_CREATION_RATE_CONFIG,
            value));
  }

  private static void requirePositive(String key, int value) {
    if (value <= 0) {
      throw new ConfigException(key, value, "must be at least 1 while the node runs");
    }
  }
}
