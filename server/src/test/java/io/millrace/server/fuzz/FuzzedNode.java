package io.millrace.server.fuzz;

import com.sun.management.ThreadMXBean;
import io.millrace.runtime.real.RealWorld;
import io.millrace.server.FormatOptions;
import io.millrace.server.NodeAssembly;
import io.millrace.server.config.NodeConfig;
import io.millrace.server.request.Request.ListenerRole;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.network.ListenerName;

/// A whole node of the real world in this process, and what it may be asked about itself.
final class FuzzedNode implements AutoCloseable {

  private static final long PATIENCE_S = 60;

  /// A long run leaves ten thousand partitions and more behind, each synced at the end.
  private static final long STOP_PATIENCE_S = 600;

  /// What no request may bring about: a step of a loop that throws.
  final List<String> faults = new CopyOnWriteArrayList<>();

  final NodeAssembly assembly;
  private final RealWorld world;
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final CompletableFuture<Long> loopThread = new CompletableFuture<>();

  FuzzedNode(Path dir, int nodeId) throws Exception {
    NodeConfig config =
        NodeConfig.parse(
            Map.of(
                "process.roles", "broker,controller",
                "node.id", Integer.toString(nodeId),
                "listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0",
                "controller.listener.names", "CONTROLLER",
                "log.dirs", dir.toString(),
                "offsets.topic.num.partitions", "1",
                "group.initial.rebalance.delay.ms", "0",
                "socket.request.max.bytes", "4000000"));
    world =
        RealWorld.builder()
            .loops(1)
            .faultHandler((where, fault) -> faults.add(where + ": " + fault))
            .build();
    assembly =
        new NodeAssembly(
            world,
            config,
            FormatOptions.NONE,
            "localhost",
            (what, cause) -> faults.add(what + ": " + cause));
    CountDownLatch ready = new CountDownLatch(1);
    assembly.start(ready::countDown);
    world.loops().getFirst().execute(() -> loopThread.complete(Thread.currentThread().threadId()));
    if (!ready.await(PATIENCE_S, TimeUnit.SECONDS)) {
      throw new AssertionError("the node does not start: " + faults);
    }
  }

  int port() {
    return Objects.requireNonNull(assembly.ports().get(new ListenerName("PLAINTEXT")));
  }

  int controllerPort() {
    return Objects.requireNonNull(assembly.ports().get(new ListenerName("CONTROLLER")));
  }

  /// Heap bytes that the loop has allocated so far.
  long allocatedBytes() {
    return threads.getThreadAllocatedBytes(loopThread.join());
  }

  int openConnections() {
    return assembly.requestPath().gate(ListenerRole.BROKER).open();
  }

  long handlerFaults() {
    return assembly.requestPath().counters().handlerFaults();
  }

  @Override
  public void close() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    assembly.stop(_ -> stopped.countDown());
    if (!stopped.await(STOP_PATIENCE_S, TimeUnit.SECONDS)) {
      throw new AssertionError("the node does not stop");
    }
    world.close();
  }
}
