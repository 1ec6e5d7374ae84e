package io.millrace.runtime.virtual;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// All cables of a world, and the hand that pulls them.
public final class VirtualNetwork {

  private static final long LOCAL_NANOS = 10_000;
  private static final long MIN_NANOS = 50_000;
  private static final long MAX_NANOS = 500_000;

  private final VirtualEntropy entropy;
  private final Scheduler scheduler;
  private final Map<String, Machine> machines;
  private final Map<String, Link> links = new LinkedHashMap<>();
  private final List<Consumer<Link>> rules = new ArrayList<>();

  VirtualNetwork(long worldSeed, Scheduler scheduler, Map<String, Machine> machines) {
    this.entropy = new VirtualEntropy(Seeds.derive(worldSeed, "network"));
    this.scheduler = scheduler;
    this.machines = machines;
  }

  /// The link from one machine to another, and not back.
  public Link link(String from, String to) {
    String name = from + ">" + to;
    Link link = links.get(name);
    if (link == null) {
      boolean local = from.equals(to);
      link =
          new Link(
              scheduler,
              entropy.stream("link " + name),
              local ? LOCAL_NANOS : MIN_NANOS,
              local ? LOCAL_NANOS : MAX_NANOS);
      links.put(name, link);
      if (!local) {
        for (Consumer<Link> rule : rules) {
          rule.accept(link);
        }
      }
    }
    return link;
  }

  /// Applies to every link between two machines, those that come later too.
  public void everyLink(Consumer<Link> rule) {
    rules.add(rule);
    for (Map.Entry<String, Link> entry : links.entrySet()) {
      int split = entry.getKey().indexOf('>');
      String from = entry.getKey().substring(0, split);
      if (!entry.getKey().substring(split + 1).equals(from)) {
        rule.accept(entry.getValue());
      }
    }
  }

  /// Cuts both directions between two machines.
  public void cut(String one, String other) {
    link(one, other).cut();
    link(other, one).cut();
  }

  /// Cuts these machines off from all others that there are.
  public void partition(Collection<String> side) {
    for (String other : machines.keySet()) {
      if (!side.contains(other)) {
        side.forEach(one -> cut(one, other));
      }
    }
  }

  /// Makes every link whole.
  public void heal() {
    links.values().forEach(Link::heal);
  }

  /// Makes every link between two machines whole and as quick as at the beginning.
  public void calm() {
    heal();
    everyLink(link ->
        link.latency(MIN_NANOS, MAX_NANOS).loss(0).bandwidth(Long.MAX_VALUE).dropConnects(false));
  }

  /// Breaks all connections between two machines; both ends learn of it as a reset.
  public void reset(String one, String other) {
    Machine machine = machines.get(one);
    VirtualNode node = machine == null ? null : machine.running();
    if (node != null) {
      node.sockets().resetAll(other);
    }
  }

  /// The machine that a node means by a host name or address.
  @Nullable Machine resolve(Machine from, String host) {
    if (host.equals("localhost") || host.equals("127.0.0.1")) {
      return from;
    }
    for (Machine machine : machines.values()) {
      if (host.equals(machine.name()) || host.equals(machine.address().getHostAddress())) {
        return machine;
      }
    }
    return null;
  }

  Wire wire(Machine from, Machine to) {
    return new Wire(scheduler, link(from.name(), to.name()), from, to);
  }
}
