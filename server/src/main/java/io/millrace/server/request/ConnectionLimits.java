package io.millrace.server.request;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/// How many connections a node takes, in all and from one address (`max.connections`,
/// `max.connections.per.ip`, `max.connections.per.ip.overrides`). A monitor; shared by all loops
/// and listeners.
public final class ConnectionLimits {

  private final Object guard = new Object();
  private final Map<InetAddress, Integer> byAddress = new LinkedHashMap<>();
  private int open;
  private volatile int maxConnections;
  private volatile int maxPerAddress;
  private volatile Map<InetAddress, Integer> overrides;

  public ConnectionLimits(
      int maxConnections, int maxPerAddress, Map<InetAddress, Integer> overrides) {
    this.maxConnections = maxConnections;
    this.maxPerAddress = maxPerAddress;
    this.overrides = Map.copyOf(overrides);
  }

  /// The limits are dynamic in Kafka, so they are here. Connections over a lowered limit live on.
  public void update(int newMax, int newMaxPerAddress, Map<InetAddress, Integer> newOverrides) {
    maxConnections = newMax;
    maxPerAddress = newMaxPerAddress;
    overrides = Map.copyOf(newOverrides);
  }

  /// Takes a place. False when there is none; nothing is taken then.
  boolean tryOpen(InetAddress from) {
    synchronized (guard) {
      int fromThere = byAddress.getOrDefault(from, 0);
      if (open >= maxConnections || fromThere >= overrides.getOrDefault(from, maxPerAddress)) {
        return false;
      }
      open++;
      byAddress.put(from, fromThere + 1);
      return true;
    }
  }

  void closed(InetAddress from) {
    synchronized (guard) {
      open--;
      byAddress.computeIfPresent(from, (_, n) -> n == 1 ? null : n - 1);
    }
  }

  public int open() {
    synchronized (guard) {
      return open;
    }
  }
}
