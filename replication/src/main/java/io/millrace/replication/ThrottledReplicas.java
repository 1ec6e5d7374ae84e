package io.millrace.replication;

import java.util.BitSet;

/// Which of a topic's replicas on this broker are throttled: the value of
/// `leader.replication.throttled.replicas` or `follower.replication.throttled.replicas`, which is
/// empty, `*`, or pairs of partition and broker such as `0:1,1:1`. Immutable.
public final class ThrottledReplicas {

  public static final ThrottledReplicas NONE = new ThrottledReplicas(false, new BitSet());
  private static final ThrottledReplicas ALL = new ThrottledReplicas(true, new BitSet());

  private final boolean all;
  private final BitSet partitions;

  private ThrottledReplicas(boolean all, BitSet partitions) {
    this.all = all;
    this.partitions = partitions;
  }

  /// @param value has passed Kafka's validator when it was set
  public static ThrottledReplicas parse(String value, int brokerId) {
    String text = value.trim();
    if (text.equals("*")) {
      return ALL;
    }
    BitSet partitions = new BitSet();
    for (String pair : text.split(",", -1)) {
      int colon = pair.indexOf(':');
      if (colon > 0 && Integer.parseInt(pair.substring(colon + 1).trim()) == brokerId) {
        partitions.set(Integer.parseInt(pair.substring(0, colon).trim()));
      }
    }
    return partitions.isEmpty() ? NONE : new ThrottledReplicas(false, partitions);
  }

  boolean includes(int partition) {
    return all || partitions.get(partition);
  }
}
