package io.millrace.simulation;

import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import io.millrace.server.FormatOptions;
import io.millrace.server.NodeAssembly;
import io.millrace.server.NodeStartException;
import io.millrace.server.config.InvalidConfiguration;
import io.millrace.server.config.NodeConfig;
import io.millrace.simulation.rewrite.Deterministic;
import java.util.Map;
import java.util.TreeMap;

/// A Millrace node on one machine of the virtual world, across its crashes.
final class SimulatedNode {

  static final int PORT = 9092;

  private final VirtualWorld world;
  private final String name;
  private final Map<String, String> properties;
  private VirtualNode machine;
  private boolean ready;

  /// @param settings over what a lone node needs
  SimulatedNode(VirtualWorld world, String name, int id, Map<String, String> settings) {
    this.world = world;
    this.name = name;
    this.properties = new TreeMap<>();
    properties.put("node.id", Integer.toString(id));
    properties.put("process.roles", "broker,controller");
    properties.put("listeners", "PLAINTEXT://" + name + ":9092,CONTROLLER://" + name + ":9093");
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("log.dirs", "/data");
    properties.putAll(settings);
    this.machine = world.node(name);
  }

  VirtualNode machine() {
    return machine;
  }

  boolean isReady() {
    return ready;
  }

  /// Boots the machine if it is down, and starts the node on it.
  void start() {
    machine = world.node(name);
    ready = false;
    Deterministic.begin(
        world.seed() ^ world.nanos(),
        machine.clock(),
        () -> machine.dedicatedLoop("controller-events"));
    VirtualNode incarnation = machine;
    try {
      NodeConfig config = NodeConfig.parse(properties);
      NodeAssembly assembly =
          new NodeAssembly(
              incarnation,
              config,
              FormatOptions.NONE,
              name,
              (what, cause) -> {
                throw new AssertionError("node " + name + " must stop: " + what, cause);
              });
      incarnation
          .loops()
          .getFirst()
          .execute(() -> {
            try {
              assembly.start(() -> ready |= incarnation == machine);
            } catch (NodeStartException e) {
              throw new AssertionError("node " + name + " does not start", e);
            }
          });
    } catch (InvalidConfiguration e) {
      throw new AssertionError("settings of the simulation", e);
    }
  }

  /// As `kill -9`: the page cache survives.
  void kill() {
    ready = false;
    machine.kill();
  }

  /// The machine loses power: what was not synced may be gone.
  void powerOff() {
    ready = false;
    machine.powerOff();
  }
}
