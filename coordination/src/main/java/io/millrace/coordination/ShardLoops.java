package io.millrace.coordination;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Invariant;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.coordinator.common.runtime.CoordinatorEvent;
import org.apache.kafka.coordinator.common.runtime.CoordinatorEventProcessor;

/// Runs the events of every shard on the loop that the shard is pinned to: partition modulo number
/// of loops. Kafka's promise to its shards, that a shard's events never run at the same time, holds
/// because a loop is one thread.
final class ShardLoops implements CoordinatorEventProcessor {
  private final List<ShardLoop> loops;

  ShardLoops(List<EventLoop> loops) {
    Invariant.check(!loops.isEmpty(), "at least one loop");
    this.loops = loops.stream().map(ShardLoop::new).toList();
  }

  /// The loop that `shard` lives on, for as long as the node runs.
  EventLoop loopOf(TopicPartition shard) {
    return shardLoopOf(shard).loop();
  }

  int size() {
    return loops.size();
  }

  @Override
  public void enqueueLast(CoordinatorEvent event) {
    shardLoopOf(event.key()).addLast(event);
  }

  @Override
  public void enqueueFirst(CoordinatorEvent event) {
    shardLoopOf(event.key()).addFirst(event);
  }

  /// Runs a step of which the shard hears before it hears of anything that waits for it. To be
  /// called on the shard's loop, outside its events.
  void first(TopicPartition shard, Runnable step) {
    shardLoopOf(shard).first(step);
  }

  @Override
  public void close() {
    loops.forEach(ShardLoop::close);
  }

  private ShardLoop shardLoopOf(TopicPartition shard) {
    return loops.get(shard.partition() % loops.size());
  }
}
