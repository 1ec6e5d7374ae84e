package io.millrace.metadata;

import java.util.OptionalInt;
import org.apache.kafka.controller.BrokerIdAndEpoch;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.server.common.OffsetAndEpoch;

/// Those of Kafka's records that an election and a registration compare first. The JVM makes the
/// code of a record's `equals` and `hashCode` at its first call and no AOT cache holds it: 15 to 20
/// ms on the loop that a start waits for, unless another thread was there before (decision 0010).
public final class RecordComparisons {
  private RecordComparisons() {}

  /// Has the JVM make them. On any thread; for its effect on the JVM alone.
  ///
  /// @return the same number always
  public static int link() {
    var offset = new OffsetAndEpoch(0, 0);
    var leader = new LeaderAndEpoch(OptionalInt.empty(), 0);
    boolean equal =
        offset.equals(new OffsetAndEpoch(0, 0))
            && leader.equals(new LeaderAndEpoch(OptionalInt.empty(), 0));
    return equal ? new BrokerIdAndEpoch(0, 0).hashCode() : -1;
  }
}
