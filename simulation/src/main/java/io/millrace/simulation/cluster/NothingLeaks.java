package io.millrace.simulation.cluster;

import io.millrace.replication.Partition;
import io.millrace.runtime.virtual.Holdings;
import io.millrace.runtime.virtual.Holdings.HeldFile;
import io.millrace.server.NodeAssembly;
import io.millrace.simulation.audit.InvariantBroken;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// DESIGN §4, 10: at rest nothing leaks. Judged when all clients are gone, and twice, as what grows
/// while nothing happens is a leak, too:
///
/// - no connection to a client is left, and hardly more to another node than its fetchers, raft and
///   the reports need;
/// - no produce waits, and at a partition only followers' fetches;
/// - no slice of a file is held, and no file is open twice, or was deleted;
/// - timers do not become more.
public final class NothingLeaks {

  private static final int MOST_CONNECTIONS_A_NODE = 24;
  private static final int MOST_WATCHERS_A_FOLLOWER = 3;

  /// One more or less is due at any moment.
  private static final int EVENTS_AT_ANY_MOMENT = 16;

  private final List<SimulatedNode> nodes;
  private final Map<String, Holdings> before = new LinkedHashMap<>();

  private NothingLeaks(List<SimulatedNode> nodes) {
    this.nodes = nodes;
    nodes.forEach(node -> before.put(node.name(), node.machine().holdings()));
  }

  /// Remembers what the nodes hold, a while after the last client has gone.
  public static NothingLeaks since(List<SimulatedNode> nodes) {
    return new NothingLeaks(nodes);
  }

  /// Compares, a while later.
  public void check() {
    for (SimulatedNode node : nodes) {
      Holdings now = node.machine().holdings();
      checkConnections(node, now);
      checkFiles(node, now);
      checkGrowth(node, before.getOrDefault(node.name(), now), now);
      NodeAssembly assembly = node.assembly();
      if (assembly != null) {
        assembly.hosted().partitions().forEach(partition -> checkWaiting(node, partition));
      }
    }
  }

  private static void checkConnections(SimulatedNode node, Holdings now) {
    now.connections()
        .forEach((peer, count) -> {
          if (peer.equals(SimulatedCluster.CLIENTS) || count > MOST_CONNECTIONS_A_NODE) {
            throw leak(node, count + " connections with " + peer);
          }
        });
  }

  private static void checkFiles(SimulatedNode node, Holdings now) {
    Set<Path> open = new HashSet<>();
    for (HeldFile file : now.files()) {
      if (file.references() > 1 || !file.exists() || !open.add(file.path())) {
        throw leak(node, file.toString());
      }
    }
  }

  private static void checkGrowth(SimulatedNode node, Holdings before, Holdings now) {
    if (now.events() > before.events() + EVENTS_AT_ANY_MOMENT) {
      throw leak(node, before.events() + " timers have become " + now.events());
    }
  }

  private static void checkWaiting(SimulatedNode node, Partition partition) {
    if (partition.waitingForAck() > 0) {
      throw leak(node, partition.waitingForAck() + " produce requests wait at " + partition);
    }
    int most = MOST_WATCHERS_A_FOLLOWER * partition.status().replicas();
    if (partition.watchers() > most) {
      throw leak(node, partition.watchers() + " watch " + partition);
    }
  }

  private static InvariantBroken leak(SimulatedNode node, String what) {
    return new InvariantBroken("NothingLeaks", node.name() + ": " + what);
  }
}
