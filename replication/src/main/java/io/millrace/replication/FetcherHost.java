package io.millrace.replication;

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

  /// Where brokers reach a broker, null when the metadata does not say.
  @Nullable Address addressOf(int broker);

  /// A host and its port.
  record Address(String host, int port) {}
}
