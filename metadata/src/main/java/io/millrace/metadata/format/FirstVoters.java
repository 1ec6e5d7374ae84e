package io.millrace.metadata.format;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.feature.SupportedVersionRange;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.raft.DynamicVoter;
import org.apache.kafka.raft.DynamicVoters;
import org.apache.kafka.raft.Endpoints;
import org.apache.kafka.raft.ReplicaKey;
import org.apache.kafka.raft.VoterSet;
import org.apache.kafka.server.common.Feature;

/// The voter set that a dynamic quorum is formatted with.
final class FirstVoters {

  private static final SupportedVersionRange KRAFT_VERSIONS =
      Feature.KRAFT_VERSION.supportedVersionRange();

  private FirstVoters() {}

  /// This node alone.
  static VoterSet standalone(int nodeId, Uuid directoryId, Iterable<Endpoint> listeners) {
    Map<ListenerName, InetSocketAddress> addresses = new LinkedHashMap<>();
    for (Endpoint listener : listeners) {
      addresses.put(
          ListenerName.normalised(listener.listener()),
          InetSocketAddress.createUnresolved(listener.host(), listener.port()));
    }
    return VoterSet.fromMap(
        Map.of(
            nodeId,
            VoterSet.VoterNode.of(
                ReplicaKey.of(nodeId, directoryId),
                Endpoints.fromInetSocketAddresses(addresses),
                KRAFT_VERSIONS)));
  }

  /// Those of `--initial-controllers`, reached at the named listener. Host names are not resolved.
  static VoterSet listed(DynamicVoters voters, String listenerName) {
    Map<Integer, VoterSet.VoterNode> nodes = new TreeMap<>();
    for (DynamicVoter voter : voters.voters().values()) {
      nodes.put(
          voter.nodeId(),
          VoterSet.VoterNode.of(
              ReplicaKey.of(voter.nodeId(), voter.directoryId()),
              Endpoints.fromInetSocketAddresses(
                  Map.of(
                      ListenerName.normalised(listenerName),
                      InetSocketAddress.createUnresolved(voter.host(), voter.port()))),
              KRAFT_VERSIONS));
    }
    return VoterSet.fromMap(nodes);
  }
}
