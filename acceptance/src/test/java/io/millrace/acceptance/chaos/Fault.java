package io.millrace.acceptance.chaos;

import java.util.List;
import java.util.stream.IntStream;

/// What may happen to a node. Each says whom it strikes and how it begins; cuts end by
/// [Wires#heal()], and [#end] puts a process right.
enum Fault {
  LEADER_KILLED(Victim.LEADER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      cluster.node(node).kill();
    }

    @Override
    void end(Cluster cluster, int node) {
      cluster.node(node).start();
    }
  },
  CONTROLLER_KILLED(Victim.CONTROLLER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      cluster.node(node).kill();
    }

    @Override
    void end(Cluster cluster, int node) {
      cluster.node(node).start();
    }
  },
  ALL_KILLED(Victim.ANY) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      cluster.nodes().forEach(ClusterNode::kill);
    }

    @Override
    void end(Cluster cluster, int node) {
      cluster.nodes().forEach(ClusterNode::start);
    }
  },
  LEADER_FROZEN(Victim.LEADER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      cluster.node(node).freeze();
    }

    @Override
    void end(Cluster cluster, int node) {
      cluster.node(node).thaw();
    }
  },
  CONTROLLER_FROZEN(Victim.CONTROLLER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      cluster.node(node).freeze();
    }

    @Override
    void end(Cluster cluster, int node) {
      cluster.node(node).thaw();
    }
  },
  RESTARTED(Victim.ANY) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      cluster.node(node).stop();
      cluster.node(node).start();
    }
  },
  /// No other node, but all clients reach it.
  ALONE(Victim.LEADER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      others(node)
          .forEach(each -> {
            cutBothWays(cluster.wires(), node, each, Plane.BROKER);
            cutBothWays(cluster.wires(), node, each, Plane.CONTROLLER);
          });
    }
  },
  /// Nobody reaches it.
  ENTIRELY_ALONE(Victim.LEADER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      ALONE.begin(cluster, node, other);
      cutBothWays(cluster.wires(), node, Wires.CLIENTS, Plane.CLIENT);
    }
  },
  /// It still sends heartbeats.
  LEADER_CUT_FROM_FOLLOWERS(Victim.LEADER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      others(node).forEach(each -> cutBothWays(cluster.wires(), node, each, Plane.BROKER));
    }
  },
  /// Its followers still fetch.
  LEADER_CUT_FROM_CONTROLLERS(Victim.LEADER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      others(node).forEach(each -> cutBothWays(cluster.wires(), node, each, Plane.CONTROLLER));
    }
  },
  /// The active controller loses the majority; its broker goes on.
  CONTROLLER_IN_A_MINORITY(Victim.CONTROLLER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      LEADER_CUT_FROM_CONTROLLERS.begin(cluster, node, other);
    }
  },
  /// Nothing that other nodes send arrives.
  DEAF(Victim.ANY) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      others(node).forEach(each -> cutOneWay(cluster.wires(), each, node));
    }
  },
  /// Nothing that it sends to other nodes arrives.
  MUTE(Victim.LEADER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      others(node).forEach(each -> cutOneWay(cluster.wires(), node, each));
    }
  },
  /// The active controller can no longer tell anybody anything.
  CONTROLLER_MUTE(Victim.CONTROLLER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      MUTE.begin(cluster, node, other);
    }
  },
  /// Two nodes do not reach each other, and both reach the third.
  BRIDGED(Victim.LEADER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      cutOneWay(cluster.wires(), node, other);
      cutOneWay(cluster.wires(), other, node);
    }
  },
  /// One of two nodes does not reach the other.
  ONE_WAY(Victim.LEADER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      cutOneWay(cluster.wires(), node, other);
    }
  },
  /// All connections of two nodes end.
  RESET(Victim.LEADER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      cluster.wires().reset(node, other);
    }
  },
  /// What two nodes send each other takes its time.
  SLOW(Victim.LEADER) {
    @Override
    void begin(Cluster cluster, int node, int other) {
      cluster.wires().delay(node, other, SLOW_MS);
      cluster.wires().delay(other, node, SLOW_MS);
    }
  };

  /// Whom a fault strikes.
  enum Victim {
    /// Who leads a partition of the load.
    LEADER,
    /// The active controller.
    CONTROLLER,
    /// Any node.
    ANY
  }

  private static final int SLOW_MS = 150;

  private final Victim victim;

  Fault(Victim victim) {
    this.victim = victim;
  }

  Victim victim() {
    return victim;
  }

  /// @param other another node
  abstract void begin(Cluster cluster, int node, int other);

  /// Puts the processes right; the wires are healed by others.
  void end(Cluster cluster, int node) {
    // Nothing, for a cut.
  }

  private static List<Integer> others(int node) {
    return IntStream.rangeClosed(1, Cluster.NODES).filter(each -> each != node).boxed().toList();
  }

  private static void cutOneWay(Wires wires, int from, int to) {
    wires.cut(from, to, Plane.BROKER);
    wires.cut(from, to, Plane.CONTROLLER);
  }

  private static void cutBothWays(Wires wires, int one, int other, Plane plane) {
    wires.cut(one, other, plane);
    wires.cut(other, one, plane);
  }
}
