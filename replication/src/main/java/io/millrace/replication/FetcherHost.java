package io.millrace.replication;

import io.millrace.metadata.peer.PeerConnection;
import io.millrace.metadata.peer.PeerObserver;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import org.jspecify.annotations.Nullable;

/// What the fetchers ask of their broker. Any thread.
interface FetcherHost {

  World world();

  ReplicationSettings settings();

  ReplicationQuotas quotas();

  int brokerId();

  /// Of this incarnation, negative while it is not registered.
  long brokerEpoch();

  /// Where brokers reach a broker, by the listener of brokers alone, as in Kafka: another one may
  /// ask for other security. Null when the metadata does not say.
  @Nullable Address addressOf(int broker);

  /// A connection to a broker, which connects when it is first used; null when the metadata does
  /// not say where the broker is.
  ///
  /// @param purpose begins the client id, before this broker's id
  default @Nullable PeerConnection connectionTo(
      int broker, EventLoop loop, String purpose, int maxInFlight) {
    Address address = addressOf(broker);
    return address == null
        ? null
        : new PeerConnection(
            world(),
            loop,
            address.host(),
            address.port(),
            purpose + brokerId(),
            settings().socketTimeoutMs(),
            maxInFlight,
            PeerObserver.NONE);
  }

  /// A host and its port.
  record Address(String host, int port) {}
}
