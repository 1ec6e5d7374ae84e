package io.millrace.metadata;

import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.raft.KRaftConfigs;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.config.ReplicationConfigs;

/// What the control plane reads from a node's configuration, under Kafka's names.
///
/// @param config parsed with `AbstractKafkaConfig.CONFIG_DEF`; its originals are the node's static
///   configuration, which the controller takes as the defaults of topic and cluster settings
public record QuorumSettings(AbstractConfig config) {

  /// Whether `process.roles` has `controller`.
  public boolean isController() {
    return config.getList(KRaftConfigs.PROCESS_ROLES_CONFIG).contains("controller");
  }

  /// Whether `process.roles` has `broker`.
  public boolean isBroker() {
    return config.getList(KRaftConfigs.PROCESS_ROLES_CONFIG).contains("broker");
  }

  /// The listener by which brokers reach each other, as they register it.
  public String interBrokerListenerName() {
    String named = config.getString(ReplicationConfigs.INTER_BROKER_LISTENER_NAME_CONFIG);
    return named != null
        ? named
        : config.getString(ReplicationConfigs.INTER_BROKER_SECURITY_PROTOCOL_CONFIG);
  }

  /// The listener on which controllers talk to each other: the first that is configured.
  public String controllerListenerName() {
    return config.getList(KRaftConfigs.CONTROLLER_LISTENER_NAMES_CONFIG).getFirst();
  }

  /// `controller.quorum.voters` by id; empty where the voters are in the metadata log.
  public Map<Integer, InetSocketAddress> staticVoters() {
    return Collections.unmodifiableMap(
        new TreeMap<>(
            QuorumConfig.parseVoterConnections(config.getList(QuorumConfig.QUORUM_VOTERS_CONFIG))));
  }

  /// `controller.quorum.bootstrap.servers`.
  public List<InetSocketAddress> bootstrapServers() {
    return QuorumConfig.parseBootstrapServers(
        config.getList(QuorumConfig.QUORUM_BOOTSTRAP_SERVERS_CONFIG));
  }
}
