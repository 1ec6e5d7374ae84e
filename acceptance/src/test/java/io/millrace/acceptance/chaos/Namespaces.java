package io.millrace.acceptance.chaos;

import io.millrace.acceptance.harness.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/// A network namespace a node, and one between them that routes; the clients stay where the suite
/// runs. A cut is a rule of that router, which drops what it matches without a word. Needs Linux,
/// iproute2, and the right to make namespaces (root).
final class Namespaces implements Wires {
  private static final int CUTS_PREFERENCE = 100;
  private static final int NETWORKS = 100;

  private final int nodes;
  private final Map<Plane, Integer> ports = Wires.freePorts();
  private final String name;
  private final String network;
  private final Set<List<String>> rules = new LinkedHashSet<>();

  Namespaces(int nodes) {
    this.nodes = nodes;
    long pid = ProcessHandle.current().pid();
    this.name = "mr" + pid % 100_000;
    close();
    this.network = freeNetwork((int) (pid % NETWORKS));
    ip("netns", "add", router());
    sysctl("net.ipv4.ip_forward=1");
    ip("-n", router(), "link", "set", "lo", "up");
    ip("link", "add", name, "type", "veth", "peer", "name", "clients", "netns", router());
    ip("addr", "add", host(CLIENTS) + "/24", "dev", name);
    ip("link", "set", name, "up");
    gateway(CLIENTS, "clients");
    ip("route", "add", network + ".0.0/16", "via", gatewayOf(CLIENTS));
    for (int node = 1; node <= nodes; node++) {
      join(node);
    }
  }

  /// A run that was killed may have left its own behind.
  private static String freeNetwork(int first) {
    String routes = program("route", "show").run().expectSuccess().out();
    return IntStream.range(0, NETWORKS)
        .mapToObj(i -> "10." + (100 + (first + i) % NETWORKS))
        .filter(network -> !routes.contains(network + "."))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no network is free:\n" + routes));
  }

  private void join(int node) {
    String space = space(node);
    String veth = "node" + node;
    ip("netns", "add", space);
    ip("-n", space, "link", "add", "eth0", "type", "veth", "peer", "name", veth, "netns", router());
    ip("-n", space, "addr", "add", host(node) + "/24", "dev", "eth0");
    ip("-n", space, "link", "set", "eth0", "up");
    ip("-n", space, "link", "set", "lo", "up");
    gateway(node, veth);
    ip("-n", space, "route", "add", "default", "via", gatewayOf(node));
  }

  private void gateway(int endpoint, String veth) {
    ip("-n", router(), "addr", "add", gatewayOf(endpoint) + "/24", "dev", veth);
    ip("-n", router(), "link", "set", veth, "up");
  }

  private String router() {
    return name + "-r";
  }

  private String space(int node) {
    return name + "-" + node;
  }

  private String host(int endpoint) {
    return network + "." + endpoint + ".2";
  }

  private String gatewayOf(int endpoint) {
    return network + "." + endpoint + ".1";
  }

  @Override
  public void cut(int from, int to, Plane plane) {
    // Requests go to the plane's port, answers come from it.
    for (String end : List.of("dport", "sport")) {
      List<String> rule =
          List.of(
              "pref",
              Integer.toString(CUTS_PREFERENCE),
              "from",
              host(from),
              "to",
              host(to),
              "ipproto",
              "tcp",
              end,
              Integer.toString(port(plane)),
              "blackhole");
      if (rules.add(rule)) {
        rule("add", rule);
      }
    }
  }

  private void rule(String verb, List<String> rule) {
    List<String> words = new ArrayList<>(List.of("-n", router(), "rule", verb));
    words.addAll(rule);
    ip(words.toArray(String[]::new));
  }

  @Override
  public void delay(int from, int to, int delayMs) {
    // netem is a module that many kernels lack.
  }

  @Override
  public void reset(int one, int other) {
    Program.ofSystem("ip", "iproute2", "netns", "exec", space(one), "ss", "-K", "dst", host(other))
        .run();
  }

  @Override
  public void heal() {
    rules.forEach(rule -> rule("del", rule));
    rules.clear();
  }

  @Override
  public void dies(int node) {
    // Its kernel refuses.
  }

  @Override
  public void lives(int node) {
    // Its kernel accepts.
  }

  @Override
  public String boundHost(int node) {
    return host(node);
  }

  @Override
  public String advertisedHost(int node, Plane plane) {
    return host(node);
  }

  @Override
  public int port(Plane plane) {
    return Objects.requireNonNull(ports.get(plane));
  }

  @Override
  public List<String> commandPrefix(int node) {
    return List.of("ip", "netns", "exec", space(node));
  }

  @Override
  public List<String> jvmOptions(int node) {
    return List.of();
  }

  @Override
  public void close() {
    rules.clear();
    for (int node = 1; node <= nodes; node++) {
      program("netns", "del", space(node)).run();
    }
    program("netns", "del", router()).run();
    program("link", "del", name).run();
  }

  private void sysctl(String assignment) {
    program("netns", "exec", router(), "sysctl", "-q", "-w", assignment).run().expectSuccess();
  }

  private static void ip(String... words) {
    Program.Ended ended = program(words).run();
    if (ended.exitCode() != 0) {
      throw new AssertionError("ip " + Arrays.toString(words) + ": " + ended.err());
    }
  }

  private static Program program(String... words) {
    return Program.ofSystem("ip", "iproute2", words);
  }
}
