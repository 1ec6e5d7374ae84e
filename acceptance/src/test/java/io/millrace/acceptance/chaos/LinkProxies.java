package io.millrace.acceptance.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Links of our own making, for any user on any Linux. Node b binds 127.1.b.b; the connections of
/// node a to it go to 127.1.a.b, where a [Link] stands. All nodes are told the same names, and each
/// has a hosts file of its own (`jdk.net.hosts.file`) that leads the names to its own links.
final class LinkProxies implements Wires {
  private record Direction(int from, int to, Plane plane) {}

  private record Way(int from, int to, Plane plane) {}

  private static final String DOMAIN = ".millrace.test";

  private final Path directory;
  private final int nodes;
  private final Map<Plane, Integer> ports = Wires.freePorts();
  private final Map<Direction, Gate> gates = new LinkedHashMap<>();
  private final Map<Way, Link> links = new LinkedHashMap<>();

  /// @param directory for the hosts files
  LinkProxies(Path directory, int nodes) {
    this.directory = directory;
    this.nodes = nodes;
    for (int to = 1; to <= nodes; to++) {
      link(CLIENTS, to, Plane.CLIENT);
      for (int from = 1; from <= nodes; from++) {
        if (from != to) {
          link(from, to, Plane.BROKER);
          link(from, to, Plane.CONTROLLER);
        }
      }
    }
    for (int node = 1; node <= nodes; node++) {
      writeHosts(node);
    }
  }

  private void link(int from, int to, Plane plane) {
    links.put(
        new Way(from, to, plane),
        new Link(
            Wires.address(literal(from, to)),
            Wires.address(literal(to, to)),
            port(plane),
            gate(from, to, plane),
            gate(to, from, plane)));
  }

  private Gate gate(int from, int to, Plane plane) {
    return gates.computeIfAbsent(new Direction(from, to, plane), _ -> new Gate());
  }

  private static String literal(int from, int to) {
    return "127.1." + from + "." + to;
  }

  private Path hosts(int node) {
    return directory.resolve("hosts-" + node);
  }

  private void writeHosts(int node) {
    StringBuilder text = new StringBuilder("127.0.0.1 localhost\n");
    try {
      text.append("127.0.0.1 ").append(InetAddress.getLocalHost().getHostName()).append('\n');
    } catch (UnknownHostException _) {
      // Then nobody can ask for it either.
    }
    for (int other = 1; other <= nodes; other++) {
      text.append(literal(node, other)).append(" node-").append(other).append(DOMAIN).append('\n');
    }
    try {
      Files.writeString(hosts(node), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void cut(int from, int to, Plane plane) {
    Objects.requireNonNull(gates.get(new Direction(from, to, plane)), "no such way").shut();
  }

  @Override
  public void delay(int from, int to, int delayMs) {
    gates.forEach((direction, gate) -> {
      if (direction.from == from && direction.to == to) {
        gate.delay(delayMs);
      }
    });
  }

  @Override
  public void reset(int one, int other) {
    links.forEach((way, link) -> {
      if ((way.from == one && way.to == other) || (way.from == other && way.to == one)) {
        link.reset();
      }
    });
  }

  @Override
  public void heal() {
    gates.values().forEach(Gate::open);
  }

  @Override
  public void dies(int node) {
    links.forEach((way, link) -> {
      if (way.to == node) {
        link.refuse();
      }
    });
  }

  @Override
  public void lives(int node) {
    links.forEach((way, link) -> {
      if (way.to == node) {
        link.accept();
      }
    });
  }

  @Override
  public String boundHost(int node) {
    return literal(node, node);
  }

  @Override
  public String advertisedHost(int node, Plane plane) {
    return plane == Plane.CLIENT ? literal(CLIENTS, node) : "node-" + node + DOMAIN;
  }

  @Override
  public int port(Plane plane) {
    return Objects.requireNonNull(ports.get(plane));
  }

  @Override
  public List<String> commandPrefix(int node) {
    return List.of();
  }

  @Override
  public List<String> jvmOptions(int node) {
    return List.of("-Djdk.net.hosts.file=" + hosts(node));
  }

  @Override
  public void close() {
    links
        .values()
        .forEach(link -> {
          link.refuse();
          link.reset();
        });
    heal();
  }
}
