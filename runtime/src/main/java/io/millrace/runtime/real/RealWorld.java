package io.millrace.runtime.real;

import io.millrace.runtime.Clock;
import io.millrace.runtime.Disk;
import io.millrace.runtime.Entropy;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.FaultHandler;
import io.millrace.runtime.Network;
import io.millrace.runtime.Workers;
import io.millrace.runtime.World;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The machine as a [World]: Netty's loops, NIO's files, threads, the system's clocks.
///
/// All its threads are daemons. [#close] closes every socket, ends the loops and finishes the
/// workers' queue; files belong to those who opened them.
public final class RealWorld implements World, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RealWorld.class);

  /// What a node has filled at most when it has started with few partitions: the young generation
  /// of its smallest heap, and what is left of the AOT cache's objects and Raft's buffers.
  private static final long SMALL_HEAP_BYTES = 48L << 20;

  static {
    // Before Netty's classes are loaded: its flight recorder events cost 60 ms at the first buffer.
    setDefault("io.netty.jfr.enabled", "false");
    setDefault("io.netty.leakDetection.level", "disabled");
  }

  private final Clock clock = new SystemClock();
  private final Entropy entropy = new SystemEntropy();
  private final Disk disk = new NioDisk();
  private final FaultHandler faults;
  private final MultiThreadIoEventLoopGroup group;
  private final List<NettyLoop> loops;
  private final CopyOnWriteArrayList<ThreadLoop> dedicated = new CopyOnWriteArrayList<>();
  private final ThreadWorkers workers;
  private final ThreadWorkers coldReaders;
  private final NettyNetwork network;

  private RealWorld(Builder options) {
    faults = options.faults;
    Transport transport = options.nativeTransport ? Transport.best() : Transport.NIO;
    group =
        new MultiThreadIoEventLoopGroup(
            options.loops, new DefaultThreadFactory("loop", true), transport.handlers());
    List<NettyLoop> made = new ArrayList<>();
    for (EventExecutor executor : group) {
      String name = "loop-" + made.size();
      made.add(new NettyLoop((io.netty.channel.EventLoop) executor, name, faults));
    }
    loops = List.copyOf(made);
    workers = new ThreadWorkers("worker", options.workers, faults);
    coldReaders = new ThreadWorkers("cold-reader", options.coldReaders, faults);
    network = new NettyNetwork(transport, group, loops, workers, new ColdReads(coldReaders));
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public Entropy entropy() {
    return entropy;
  }

  @Override
  public Disk disk() {
    return disk;
  }

  @Override
  public Network network() {
    return network;
  }

  @Override
  public List<EventLoop> loops() {
    return List.copyOf(loops);
  }

  @Override
  public EventLoop dedicatedLoop(String name) {
    ThreadLoop loop = new ThreadLoop(name, faults);
    dedicated.add(loop);
    return loop;
  }

  @Override
  public Workers workers() {
    return workers;
  }

  /// Collects the garbage of the start. Else the first collection comes some hundred milliseconds
  /// later, copies all that the start has made and that stays, and takes 20 to 30 ms on busy cores:
  /// as long as a hand-over of leadership that it falls together with. Where very much is loaded
  /// there were collections before, and one more of everything would take long.
  @Override
  @SuppressForbidden
  public void tidyUp() {
    Runtime heap = Runtime.getRuntime();
    if (heap.totalMemory() - heap.freeMemory() <= SMALL_HEAP_BYTES) {
      System.gc();
    }
  }

  /// Not to be called on a loop or worker of this world.
  @Override
  public void close() {
    network.close();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    dedicated.forEach(ThreadLoop::stop);
    coldReaders.stop();
    workers.stop();
    loops.forEach(loop -> loop.memory().close());
  }

  /// What can be chosen about it.
  public static final class Builder {
    private int loops = defaultLoops(Runtime.getRuntime().availableProcessors());
    private int workers = 4;
    private int coldReaders = 4;
    private boolean nativeTransport = true;
    private FaultHandler faults = (where, fault) -> LOG.error("fault on {}", where, fault);

    private Builder() {}

    /// Connection loops. By default one a core, less one for everything else, at most 16: on two
    /// shared cores one loop takes a third less CPU a request than two.
    public Builder loops(int count) {
      loops = atLeastOne(count);
      return this;
    }

    /// Threads for fsync, deletion and other work that blocks.
    public Builder workers(int threads) {
      workers = atLeastOne(threads);
      return this;
    }

    /// Threads that read what is to be sent and is not in the page cache.
    public Builder coldReaders(int threads) {
      coldReaders = atLeastOne(threads);
      return this;
    }

    /// Whether to use epoll where there is one; otherwise NIO.
    public Builder nativeTransport(boolean wanted) {
      nativeTransport = wanted;
      return this;
    }

    /// Who is told of programmer errors; they are only logged by default.
    public Builder faultHandler(FaultHandler handler) {
      faults = handler;
      return this;
    }

    public RealWorld build() {
      return new RealWorld(this);
    }

    private static int atLeastOne(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("at least 1 is needed, not " + count);
      }
      return count;
    }

    static int defaultLoops(int cores) {
      return Math.max(1, Math.min(16, cores - 1));
    }
  }
}
