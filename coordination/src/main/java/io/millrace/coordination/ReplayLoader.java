package io.millrace.coordination;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Workers;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.jspecify.annotations.Nullable;

/// Brings shards up from their logs, a bounded number at a time so that the memory they take
/// meanwhile is bounded too (two windows each, see [LogReplay]); the others wait their turn.
/// Loading is asked for on the shard's loop, and the answer completes there.
///
/// A shard's new load ends the one before without an answer. The runtime does not ask which load it
/// was that ended: it takes whatever ends for the shard that loads now. A node that led, led no
/// more, and leads again while the first load still waits for a repair would otherwise serve a
/// shard that knows nothing, without its members' timers. For the same reason an answer goes before
/// what waits for the shard: behind a departure and a return it would be taken for the new load's.
///
/// The monitor guards the queue of those that wait and the table of those that have not ended.
final class ReplayLoader implements CoordinatorLoader<CoordinatorRecord> {
  private static final int CONCURRENT_PER_LOOP = 2;

  private final CoordinatorLogs logs;
  private final ShardLoops loops;
  private final Workers workers;
  private final Time time;
  private final Deserializer<CoordinatorRecord> deserializer;
  private final int readBytes;

  private final ArrayDeque<LogReplay> waiting = new ArrayDeque<>();
  private final Map<TopicPartition, LogReplay> loads = new HashMap<>();
  private int running;
  private volatile boolean closed;

  ReplayLoader(
      CoordinatorLogs logs,
      ShardLoops loops,
      Workers workers,
      Time time,
      Deserializer<CoordinatorRecord> deserializer,
      int readBytes) {
    this.logs = logs;
    this.loops = loops;
    this.workers = workers;
    this.time = time;
    this.deserializer = deserializer;
    this.readBytes = readBytes;
  }

  @Override
  public CompletableFuture<LoadSummary> load(
      TopicPartition shard, CoordinatorPlayback<CoordinatorRecord> playback) {
    LogReplay replay = new LogReplay(this, shard, playback);
    LogReplay before;
    synchronized (this) {
      before = loads.put(shard, replay);
      waiting.add(replay);
    }
    if (before != null) {
      before.abandon();
    }
    startNext();
    return replay.future();
  }

  /// Those that run stop at their next window.
  @Override
  public void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  EventLoop loopOf(TopicPartition shard) {
    return loops.loopOf(shard);
  }

  @Nullable CoordinatorLog leading(TopicPartition shard) {
    return logs.leading(shard);
  }

  Workers workers() {
    return workers;
  }

  Time time() {
    return time;
  }

  Deserializer<CoordinatorRecord> deserializer() {
    return deserializer;
  }

  int readBytes() {
    return readBytes;
  }

  /// A replay that was started has ended, well or badly.
  void onEnd(LogReplay replay) {
    synchronized (this) {
      running--;
      loads.remove(replay.shard(), replay);
    }
    startNext();
  }

  /// A replay that was started lets others go first.
  void onRest() {
    synchronized (this) {
      running--;
    }
    startNext();
  }

  /// It waits for its turn again.
  void onRested(LogReplay replay) {
    synchronized (this) {
      waiting.add(replay);
    }
    startNext();
  }

  /// Answers, on the shard's loop.
  void answer(TopicPartition shard, Runnable answer) {
    loops.first(shard, answer);
  }

  /// Whether it waited still.
  synchronized boolean withdraw(LogReplay replay) {
    return waiting.remove(replay);
  }

  private void startNext() {
    LogReplay next = takeNext();
    if (next != null) {
      next.start();
    }
  }

  private synchronized @Nullable LogReplay takeNext() {
    if (running >= CONCURRENT_PER_LOOP * loops.size()) {
      return null;
    }
    LogReplay next = waiting.poll();
    if (next != null) {
      running++;
    }
    return next;
  }
}
