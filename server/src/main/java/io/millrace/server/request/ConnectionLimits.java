package io.millrace.server.request;

import java.net.InetAddress;
import java.util.Map;
import org.apache.kafka.common.network.ListenerName;
import org.jspecify.annotations.Nullable;

/// How many connections a node takes, and how many a second, by Kafka's names. [#NONE] means
/// unlimited wherever a number stands. Immutable.
///
/// @param maxConnections over all listeners (`max.connections`)
/// @param creationRate a second, over all listeners (`max.connection.creation.rate`)
/// @param byListener the same two for one listener (`listener.name.….max.connections`,
///   `listener.name.….max.connection.creation.rate`); a listener that is missing has no limit of
///   its own
/// @param maxPerAddress from an address that is not in `maxByAddress` (`max.connections.per.ip`)
/// @param maxByAddress `max.connections.per.ip.overrides`, host names resolved
/// @param ratePerAddress a second, from an address that is not in `rateByAddress` (the cluster's
///   default quota for IP addresses, `connection_creation_rate`)
/// @param rateByAddress the cluster's quotas for single addresses
/// @param protectedListener what brokers reach each other by, which the limits over all listeners
///   do not hold up; null where it is the only listener
public record ConnectionLimits(
    int maxConnections,
    int creationRate,
    Map<ListenerName, OfListener> byListener,
    int maxPerAddress,
    Map<InetAddress, Integer> maxByAddress,
    int ratePerAddress,
    Map<InetAddress, Integer> rateByAddress,
    @Nullable ListenerName protectedListener) {

  public static final int NONE = Integer.MAX_VALUE;

  public static final ConnectionLimits UNLIMITED =
      new ConnectionLimits(NONE, NONE, Map.of(), NONE, Map.of(), NONE, Map.of(), null);

  /// One listener's own limits.
  public record OfListener(int maxConnections, int creationRate) {
    static final OfListener UNLIMITED = new OfListener(NONE, NONE);
  }

  public ConnectionLimits {
    byListener = Map.copyOf(byListener);
    maxByAddress = Map.copyOf(maxByAddress);
    rateByAddress = Map.copyOf(rateByAddress);
  }

  OfListener of(ListenerName listener) {
    return byListener.getOrDefault(listener, OfListener.UNLIMITED);
  }

  int maxOf(InetAddress address) {
    return maxByAddress.getOrDefault(address, maxPerAddress);
  }

  int rateOf(InetAddress address) {
    return rateByAddress.getOrDefault(address, ratePerAddress);
  }

  boolean protects(ListenerName listener) {
    return listener.equals(protectedListener);
  }
}
