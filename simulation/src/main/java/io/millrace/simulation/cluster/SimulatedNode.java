package io.millrace.simulation.cluster;

import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import io.millrace.server.FormatOptions;
import io.millrace.server.NodeAssembly;
import io.millrace.server.NodeStartException;
import io.millrace.server.config.InvalidConfiguration;
import io.millrace.server.config.NodeConfig;
import io.millrace.simulation.audit.Timeline;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A Millrace node on one machine of the virtual world, across its incarnations.
///
/// States: down → starting → ready → down, and ready → stopping → down.
public final class SimulatedNode {

  /// Told of a node that cannot go on, or not start.
  public interface Misfortune {
    /// Returns whether that may happen now; else it ends the run.
    boolean allowed(SimulatedNode node);
  }

  private static final String DIRECTORY_ID = "directory.id=";

  private final VirtualWorld world;
  private final String name;
  private final int id;
  private final TreeMap<String, String> original;
  private final TreeMap<String, String> properties;
  private FormatOptions format;
  private final Timeline timeline;
  private final Misfortune misfortune;
  private VirtualNode machine;
  private @Nullable NodeAssembly assembly;
  private boolean ready;
  private boolean stopping;
  private boolean retired;

  SimulatedNode(
      VirtualWorld world,
      String name,
      int id,
      Map<String, String> properties,
      FormatOptions format,
      Timeline timeline,
      Misfortune misfortune) {
    this.world = world;
    this.name = name;
    this.id = id;
    this.original = new TreeMap<>(properties);
    this.properties = new TreeMap<>(properties);
    this.format = format;
    this.timeline = timeline;
    this.misfortune = misfortune;
    this.machine = world.node(name);
  }

  public String name() {
    return name;
  }

  public int id() {
    return id;
  }

  /// The id in the disk's `meta.properties`; empty where there is none.
  public String directoryId() {
    String text =
        new String(machine.disk().peek(Path.of("/data/meta.properties")), StandardCharsets.UTF_8);
    return text.lines()
        .filter(line -> line.startsWith(DIRECTORY_ID))
        .map(line -> line.substring(DIRECTORY_ID.length()))
        .findFirst()
        .orElse("");
  }

  /// The last incarnation, alive or not.
  public VirtualNode machine() {
    return machine;
  }

  /// Whether a process runs, or is about to.
  public boolean isUp() {
    return assembly != null && machine.alive();
  }

  /// Whether it serves clients.
  public boolean isReady() {
    return ready && isUp() && !stopping;
  }

  /// The running node, null while it is down.
  public @Nullable NodeAssembly assembly() {
    return machine.alive() ? assembly : null;
  }

  /// The next start takes these settings beside those of the cluster; those of the last call no
  /// more.
  void configure(Map<String, String> settings) {
    properties.clear();
    properties.putAll(original);
    properties.putAll(settings);
  }

  /// Boots the machine, and starts the node on it, unless it runs or is retired.
  public void start() {
    if (isUp() || retired) {
      return;
    }
    timeline.tell(name, "starts");
    machine = world.node(name);
    ready = false;
    stopping = false;
    VirtualNode incarnation = machine;
    try {
      NodeAssembly made =
          new NodeAssembly(
              incarnation,
              NodeConfig.parse(properties),
              format,
              name,
              (what, cause) -> onFault(incarnation, what, cause));
      assembly = made;
      incarnation
          .loops()
          .getFirst()
          .execute(() -> {
            try {
              made.start(() -> onReady(incarnation));
            } catch (NodeStartException e) {
              onFault(incarnation, "does not start", e);
            }
          });
    } catch (InvalidConfiguration e) {
      throw new AssertionError("settings of the simulation", e);
    }
  }

  private void onReady(VirtualNode incarnation) {
    if (incarnation.equals(machine)) {
      ready = true;
      timeline.tell(name, "serves");
    }
  }

  /// In production the process ends and its supervisor starts it again.
  private void onFault(VirtualNode incarnation, String what, Throwable cause) {
    timeline.tell(name, "must stop: " + what + ": " + cause);
    if (!misfortune.allowed(this)) {
      throw new AssertionError("node " + name + " must stop: " + what, cause);
    }
    incarnation.kill();
  }

  /// As `kill -9`: the page cache survives.
  public void kill() {
    ready = false;
    machine.kill();
  }

  /// The machine loses power: what was not synced may be gone.
  void powerOff() {
    ready = false;
    machine.powerOff();
  }

  /// The process dies with the disk. The next start finds an empty one, as an operator would have
  /// it: told which cluster it belongs to, and to join the quorum under a new directory id.
  void loseDisk() {
    kill();
    machine.disk().lose();
    format = new FormatOptions(format.clusterId(), null, true, Map.of(), null);
    original.put("controller.quorum.auto.join.enable", "true");
    properties.put("controller.quorum.auto.join.enable", "true");
  }

  /// A clean stop; the process ends once everything is closed.
  public void stop() {
    NodeAssembly running = assembly();
    if (running == null || !ready || stopping) {
      return;
    }
    stopping = true;
    VirtualNode incarnation = machine;
    running.stop(failure -> {
      timeline.tell(name, failure == null ? "has stopped" : "has stopped: " + failure);
      incarnation.kill();
    });
  }

  /// A clean stop, and nobody starts it again.
  void retire() {
    retired = true;
    stop();
  }

  boolean isStopping() {
    return stopping && isUp();
  }

  @Override
  public String toString() {
    return name + (isReady() ? " ready" : isUp() ? stopping ? " stopping" : " starting" : " down");
  }
}
