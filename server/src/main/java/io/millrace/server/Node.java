package io.millrace.server;

import io.millrace.runtime.real.RealWorld;
import io.millrace.server.config.MetricsAddress;
import io.millrace.server.config.NodeConfig;
import io.millrace.server.metrics.MetricSource;
import io.millrace.server.metrics.MetricsListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.network.ListenerName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node in this process: a [NodeAssembly] in the real world, and somebody to wait for it.
///
/// Thread-safe. A fault that the node must stop for (a broken invariant, the metadata's disk) ends
/// it without a clean close: [#awaitEnd] returns it, and the process should end, too.
public final class Node implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  private final RealWorld world;
  private final NodeAssembly assembly;
  private final CountDownLatch readyOrEnded = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private @Nullable MetricsListener metrics;
  private volatile boolean ready;
  private volatile @Nullable Throwable fault;

  private Node(NodeConfig config, FormatOptions format) {
    world = RealWorld.builder().faultHandler(this::onStepFault).build();
    assembly = new NodeAssembly(world, config, format, hostName(config), this::onFault);
  }

  /// Starts a node and returns when it has begun to; [#awaitReady] waits until it serves.
  ///
  /// @throws NodeStartException when it cannot start; nothing is left open then
  public static Node start(NodeConfig config, FormatOptions format) throws NodeStartException {
    for (String warning : config.warnings()) {
      LOG.warn(warning);
    }
    Node node = new Node(config, format);
    try {
      node.assembly.start(node::onReady);
      node.serveMetrics(config);
      return node;
    } catch (NodeStartException | RuntimeException e) {
      node.world.close();
      throw e;
    }
  }

  private void serveMetrics(NodeConfig config) throws NodeStartException {
    Optional<MetricsAddress> address = config.metrics();
    if (address.isPresent()) {
      List<MetricSource> sources = new ArrayList<>(assembly.metrics());
      sources.add(new ProcessFigures());
      try {
        metrics =
            MetricsListener.open(
                world, assembly.requestPath(), sources, address.get().host(), address.get().port());
      } catch (IOException e) {
        throw new NodeStartException("The node cannot serve metrics: " + e.getMessage(), e);
      }
    }
  }

  /// Asked for only where it is advertised: a name service may be slow to answer.
  private static String hostName(NodeConfig config) {
    if (!config.listeners().advertiseHostName()) {
      return "localhost";
    }
    try {
      return InetAddress.getLocalHost().getCanonicalHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private void onReady() {
    ready = true;
    readyOrEnded.countDown();
  }

  /// A broken invariant stops the node; any other exception that escaped a step is a bug that only
  /// that step pays for.
  private void onStepFault(String where, Throwable cause) {
    if (cause instanceof Error) {
      onFault("a step of " + where + " failed", cause);
    } else {
      LOG.error("a step of {} failed", where, cause);
    }
  }

  private void onFault(String what, Throwable cause) {
    LOG.error("the node must stop: {}", what, cause);
    if (fault == null) {
      fault = cause;
    }
    ended.countDown();
    readyOrEnded.countDown();
  }

  /// Waits until clients are served, or the node has ended.
  ///
  /// @return whether it serves
  public boolean awaitReady() throws InterruptedException {
    readyOrEnded.await();
    return ready && fault == null;
  }

  /// Waits until the node has ended.
  ///
  /// @return what it ended by, null when it was closed
  public @Nullable Throwable awaitEnd() throws InterruptedException {
    ended.await();
    return fault;
  }

  /// Where metrics are served, -1 where they are not.
  public int metricsPort() {
    MetricsListener listener = metrics;
    return listener == null ? -1 : listener.port();
  }

  /// The port of each listener.
  public Map<ListenerName, Integer> ports() {
    return assembly.ports();
  }

  /// Hands leadership over, closes everything cleanly and waits for it. Idempotent.
  @Override
  public void close() {
    if (ended.getCount() > 0) {
      if (metrics != null) {
        metrics.close();
      }
      CountDownLatch stopped = new CountDownLatch(1);
      assembly.stop(failure -> onStopped(failure, stopped));
      try {
        stopped.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      ended.countDown();
      readyOrEnded.countDown();
      world.close();
    }
  }

  private static void onStopped(@Nullable IOException failure, CountDownLatch stopped) {
    if (failure != null) {
      LOG.error("not everything could be closed cleanly: the next start will recover", failure);
    }
    stopped.countDown();
  }
}
