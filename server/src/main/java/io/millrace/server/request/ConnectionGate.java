package io.millrace.server.request;

import io.millrace.runtime.Clock;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Network;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.network.ListenerName;
import org.jspecify.annotations.Nullable;

/// Lets the connections of a node's listeners in, within [ConnectionLimits].
///
/// ```
///  arrives → admitted                       within all limits
///          → waiting → admitted             more than a listener or the node takes, or too many a second
///          → turned away                    more than its address may have, or too many of it a second
/// ```
///
/// Those that wait stand in line by listener, unread; while there is a line its listener accepts no
/// more, so that the rest stays in the kernel's backlog, as with Kafka. A place is taken when a
/// connection is admitted, and given back by [#left].
///
/// A monitor; shared by all loops. No connection is called under its guard: what they are to hear
/// is posted to them.
public final class ConnectionGate {

  /// What becomes of a connection.
  sealed interface Verdict {
    /// It is served from now on.
    record Admitted() implements Verdict {}

    /// It hears of its admission later.
    record Waiting() implements Verdict {}

    /// It is closed.
    ///
    /// @param afterMs milliseconds until then, so that who comes too often is slowed down
    record TurnedAway(String reason, long afterMs) implements Verdict {}
  }

  private static final Verdict ADMITTED = new Verdict.Admitted();
  private static final Verdict WAITING = new Verdict.Waiting();

  private final Clock clock;
  private final int windowCount;
  private final int windowSeconds;
  private final Object guard = new Object();
  private final Map<ListenerName, Line> lines = new LinkedHashMap<>();
  private final Map<InetAddress, Integer> openByAddress = new LinkedHashMap<>();
  private final Map<InetAddress, CreationRate> rateByAddress = new LinkedHashMap<>();
  private final CreationRate rate;
  private ConnectionLimits limits = ConnectionLimits.UNLIMITED;
  private int open;

  /// @param windowCount `quota.window.num`
  /// @param windowSeconds `quota.window.size.seconds`
  public ConnectionGate(Clock clock, int windowCount, int windowSeconds) {
    this.clock = clock;
    this.windowCount = windowCount;
    this.windowSeconds = windowSeconds;
    this.rate = newRate();
  }

  private CreationRate newRate() {
    return new CreationRate(windowCount, windowSeconds);
  }

  /// One listener: who is in, and who waits.
  private final class Line {
    final ListenerName listener;
    final CreationRate rate = newRate();
    final ArrayDeque<WireConnection> waiting = new ArrayDeque<>();
    Network.@Nullable Acceptor acceptor;
    int open;

    /// When the first in line may come in, as far as the rates go; -1 where it was not counted yet.
    long readyMs = -1;

    boolean timed;

    Line(ListenerName listener) {
      this.listener = listener;
    }

    void hold(boolean held) {
      if (acceptor != null) {
        acceptor.setAccepting(!held);
      }
    }
  }

  private Line line(ListenerName listener) {
    return lines.computeIfAbsent(listener, Line::new);
  }

  /// The socket that a listener's connections come from.
  public void attach(ListenerName listener, Network.Acceptor acceptor) {
    synchronized (guard) {
      Line line = line(listener);
      line.acceptor = acceptor;
      line.hold(!line.waiting.isEmpty());
    }
  }

  /// The limits may change at any time. Lowered ones let those in line wait on; of what is open
  /// more than allowed, the connections that were idle longest are to be closed ([#isOverfull]).
  public void update(ConnectionLimits newLimits) {
    List<Runnable> effects = new ArrayList<>();
    synchronized (guard) {
      limits = newLimits;
      rateByAddress
          .keySet()
          .removeIf(address -> newLimits.rateOf(address) == ConnectionLimits.NONE);
      advanceAll(effects);
    }
    effects.forEach(Runnable::run);
  }

  /// A connection has come. On its loop.
  Verdict arrive(WireConnection connection) {
    Verdict verdict;
    List<Runnable> effects = new ArrayList<>();
    synchronized (guard) {
      Line line = line(connection.listener().name());
      verdict = line.waiting.isEmpty() ? decide(line, connection.peer()) : WAITING;
      if (verdict instanceof Verdict.Waiting) {
        line.waiting.add(connection);
        line.hold(true);
        watch(line, effects);
      }
    }
    effects.forEach(Runnable::run);
    return verdict;
  }

  /// A connection has gone, admitted or not.
  void left(WireConnection connection, boolean admitted) {
    List<Runnable> effects = new ArrayList<>();
    synchronized (guard) {
      Line line = line(connection.listener().name());
      if (admitted) {
        open--;
        line.open--;
        openByAddress.computeIfPresent(connection.peer(), (_, n) -> n == 1 ? null : n - 1);
      } else if (line.waiting.peek() == connection) {
        line.waiting.remove();
        line.readyMs = -1;
      } else {
        line.waiting.remove(connection);
      }
      advanceAll(effects);
    }
    effects.forEach(Runnable::run);
  }

  /// Connections that have been let in and are there.
  public int open() {
    synchronized (guard) {
      return open;
    }
  }

  /// Connections that wait to be let in.
  public int waiting() {
    synchronized (guard) {
      return lines.values().stream().mapToInt(line -> line.waiting.size()).sum();
    }
  }

  /// Whether there are more than `max.connections`, because the limit was lowered or brokers came
  /// over it.
  boolean isOverfull() {
    synchronized (guard) {
      return open > limits.maxConnections();
    }
  }

  /// Whether a connection may be closed for the sake of others.
  boolean isExpendable(WireConnection connection) {
    synchronized (guard) {
      return !limits.protects(connection.listener().name());
    }
  }

  /// What becomes of the first in line, or of who comes while there is no line.
  private Verdict decide(Line line, InetAddress peer) {
    long nowMs = nowMs();
    if (line.readyMs < 0) {
      line.readyMs = nowMs + countRates(line, nowMs);
    }
    if (nowMs < line.readyMs || !hasPlace(line)) {
      return WAITING;
    }
    line.readyMs = -1;
    long waitMs = countAddress(line, peer, nowMs);
    if (waitMs > 0) {
      return new Verdict.TurnedAway("the quota for connections of its address a second", waitMs);
    }
    if (openByAddress.getOrDefault(peer, 0) >= limits.maxOf(peer)) {
      return new Verdict.TurnedAway("max.connections.per.ip", 0);
    }
    open++;
    line.open++;
    openByAddress.merge(peer, 1, Integer::sum);
    return ADMITTED;
  }

  private boolean hasPlace(Line line) {
    return line.open < limits.of(line.listener).maxConnections()
        && (limits.protects(line.listener) || open < limits.maxConnections());
  }

  private long countRates(Line line, long nowMs) {
    long forListener = line.rate.record(nowMs, limits.of(line.listener).creationRate());
    return limits.protects(line.listener)
        ? forListener
        : Math.max(forListener, rate.record(nowMs, limits.creationRate()));
  }

  private long countAddress(Line line, InetAddress peer, long nowMs) {
    int limit = limits.rateOf(peer);
    if (limit == ConnectionLimits.NONE) {
      return 0;
    }
    CreationRate ofAddress = rateByAddress.computeIfAbsent(peer, _ -> newRate());
    long waitMs = ofAddress.record(nowMs, limit);
    if (waitMs > 0) {
      // It will not come in, so it counts nowhere.
      ofAddress.undo(nowMs);
      line.rate.undo(nowMs);
      if (!limits.protects(line.listener)) {
        rate.undo(nowMs);
      }
    }
    return waitMs;
  }

  private void advanceAll(List<Runnable> effects) {
    for (Line line : lines.values()) {
      advance(line, effects);
    }
  }

  private void advance(Line line, List<Runnable> effects) {
    WireConnection first;
    while ((first = line.waiting.peek()) != null) {
      Verdict verdict = decide(line, first.peer());
      if (verdict instanceof Verdict.Waiting) {
        watch(line, effects);
        return;
      }
      line.waiting.remove();
      WireConnection settled = first;
      effects.add(() -> settled.context().mailbox().post(() -> settled.settle(verdict)));
    }
    line.hold(false);
  }

  /// Looks again when the rates allow the first in line. A place that becomes free is seen anyway.
  private void watch(Line line, List<Runnable> effects) {
    WireConnection first = line.waiting.peek();
    if (first == null || line.timed || line.readyMs < 0) {
      return;
    }
    long delayMs = line.readyMs - nowMs();
    if (delayMs > 0) {
      line.timed = true;
      EventLoop loop = first.loop();
      effects.add(() -> loop.schedule(delayMs * 1_000_000L, () -> onTime(line)));
    }
  }

  private void onTime(Line line) {
    List<Runnable> effects = new ArrayList<>();
    synchronized (guard) {
      line.timed = false;
      advance(line, effects);
    }
    effects.forEach(Runnable::run);
  }

  private long nowMs() {
    return clock.nanos() / 1_000_000;
  }
}
