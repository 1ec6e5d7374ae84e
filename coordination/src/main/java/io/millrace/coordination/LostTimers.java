package io.millrace.coordination;

import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;

/// Sets a shard's timers anew when one of its appends has failed.
///
/// Removing a member cancels its timers before the removal is stored. Where it cannot be stored, as
/// while too few replicas are in sync, the runtime brings the member back, but not its timers: a
/// consumer that left at that moment would keep its partitions for as long as the shard stays where
/// it is. So a second after a failure, once for all failures in between, the shard is told that it
/// was loaded, which gives every member a session from then on.
///
/// The monitor guards the shards that wait for that.
final class LostTimers implements LogWriter.FailureListener {
  private static final long PAUSE_NANOS = 1_000_000_000L;

  private final ShardLoops loops;
  private final Function<TopicPartition, CompletableFuture<Void>> setTimers;
  private final TreeSet<Integer> waiting = new TreeSet<>();

  /// @param setTimers fails where the shard is not active here any more; its next load does it then
  LostTimers(ShardLoops loops, Function<TopicPartition, CompletableFuture<Void>> setTimers) {
    this.loops = loops;
    this.setTimers = setTimers;
  }

  @Override
  public void onFailedAppend(TopicPartition shard) {
    synchronized (this) {
      if (!waiting.add(shard.partition())) {
        return;
      }
    }
    loops.loopOf(shard).schedule(PAUSE_NANOS, () -> restore(shard));
  }

  private void restore(TopicPartition shard) {
    synchronized (this) {
      waiting.remove(shard.partition());
    }
    setTimers.apply(shard).exceptionally(_ -> null);
  }
}
