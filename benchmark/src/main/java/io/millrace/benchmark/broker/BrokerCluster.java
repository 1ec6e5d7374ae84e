package io.millrace.benchmark.broker;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/// Several nodes of one make, processes of this machine; node i is the one with `node.id` i. Used
/// by one thread.
public final class BrokerCluster implements AutoCloseable {
  private final List<BrokerUnderTest> nodes;

  BrokerCluster(List<BrokerUnderTest> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  /// Begins all nodes; returns at once.
  public void begin() throws IOException {
    for (BrokerUnderTest node : nodes) {
      node.begin();
    }
  }

  public int size() {
    return nodes.size();
  }

  public BrokerUnderTest node(int id) {
    return nodes.get(id - 1);
  }

  /// Process ids of the nodes that run.
  public List<Long> pids() {
    return nodes.stream().filter(BrokerUnderTest::isRunning).map(BrokerUnderTest::pid).toList();
  }

  /// As clients take it.
  public String bootstrap() {
    return nodes.stream()
        .map(node -> "127.0.0.1:" + node.address().getPort())
        .collect(Collectors.joining(","));
  }

  /// Ends all nodes together with SIGTERM and waits for them.
  public void stop() throws IOException {
    nodes.forEach(BrokerUnderTest::terminate);
    for (BrokerUnderTest node : nodes) {
      node.stop();
    }
  }

  /// Ends all nodes together with SIGKILL.
  public void kill() {
    nodes.forEach(BrokerUnderTest::kill);
  }

  /// Ends all nodes at once with SIGKILL: what they hold is no longer needed.
  @Override
  public void close() throws IOException {
    kill();
    for (BrokerUnderTest node : nodes) {
      node.close();
    }
  }
}
