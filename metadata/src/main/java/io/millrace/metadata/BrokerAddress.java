package io.millrace.metadata;

import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.metadata.BrokerRegistration;
import org.jspecify.annotations.Nullable;

/// Where controllers reach brokers.
public final class BrokerAddress {

  private BrokerAddress() {}

  /// The broker's endpoint for other brokers, as a controller sees it, whose own properties need
  /// not name that listener; its first one where it has no such listener, null where it has none at
  /// all.
  ///
  /// @param interBrokerListener `inter.broker.listener.name`, null where it is not set
  public static @Nullable Endpoint of(
      BrokerRegistration broker, @Nullable String interBrokerListener) {
    Map<String, Endpoint> listeners = new TreeMap<>(broker.listeners());
    Endpoint ofBrokers = interBrokerListener == null ? null : listeners.get(interBrokerListener);
    if (ofBrokers != null) {
      return ofBrokers;
    }
    return listeners.isEmpty() ? null : listeners.values().iterator().next();
  }
}
