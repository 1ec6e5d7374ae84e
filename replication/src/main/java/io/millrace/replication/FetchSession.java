package io.millrace.replication;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The partitions that one reader follows, so that it does not name them in every fetch (KIP-227).
/// A monitor; one fetch at a time works on it, held together by the epoch.
public final class FetchSession {

  private final int id;
  private final boolean topicIds;
  private final LinkedHashMap<FetchPartition.Key, FetchPartition> partitions =
      new LinkedHashMap<>();
  private int epoch = 1;
  long lastUsedNanos;

  FetchSession(int id, boolean topicIds, Collection<FetchPartition> initial) {
    this.id = id;
    this.topicIds = topicIds;
    for (FetchPartition partition : initial) {
      partitions.put(partition.key(), partition);
    }
  }

  public int id() {
    return id;
  }

  boolean usesTopicIds() {
    return topicIds;
  }

  synchronized int size() {
    return partitions.size();
  }

  /// Applies what an incremental request changes.
  ///
  /// @return all partitions of the session in the order in which they are to be read, or null when
  ///   `requestEpoch` is not the one that comes next
  synchronized @Nullable List<FetchPartition> advance(
      int requestEpoch, List<FetchPartition> changed, List<FetchPartition> forgotten) {
    if (requestEpoch != epoch) {
      return null;
    }
    epoch = nextEpoch(epoch);
    for (FetchPartition change : changed) {
      FetchPartition known = partitions.putIfAbsent(change.key(), change);
      if (known != null) {
        known.ask(change);
      }
    }
    for (FetchPartition gone : forgotten) {
      partitions.remove(gone.key());
    }
    return new ArrayList<>(partitions.values());
  }

  /// A partition that has just given records goes to the end, so that the others come first next
  /// time.
  public synchronized void rotate(FetchPartition partition) {
    FetchPartition.Key key = partition.key();
    if (partitions.remove(key, partition)) {
      partitions.put(key, partition);
    }
  }

  /// Epochs run from 1 and wrap around to 1.
  private static int nextEpoch(int epoch) {
    return epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
  }
}
