package io.millrace.acceptance.chaos;

import java.util.Arrays;

/// How far a consumer group came in each partition of a topic. Any thread.
///
/// 1. Whoever is given a partition begins at or after what was committed before: commits never go
///    back.
/// 2. And not after what the group has been delivered: nothing is skipped.
final class GroupLedger {
  private final String group;
  private final Ledger ledger;
  private final long[] committed;
  private final long[] delivered;
  private long assignments;

  GroupLedger(String group, int partitions, Ledger ledger) {
    this.group = group;
    this.ledger = ledger;
    this.committed = new long[partitions];
    this.delivered = new long[partitions];
  }

  /// @return the commit that a position asked for from now on must not be behind
  synchronized long committed(int partition) {
    return committed[partition];
  }

  /// A member was given a partition and begins there.
  synchronized void begin(String member, int partition, long position, long committedBefore) {
    assignments++;
    if (position < committedBefore) {
      ledger.violate(
          member
              + " of "
              + group
              + " begins "
              + partition
              + " at "
              + position
              + ", committed before: "
              + committedBefore);
    }
    if (position > delivered[partition]) {
      ledger.violate(
          member
              + " of "
              + group
              + " begins "
              + partition
              + " at "
              + position
              + ", delivered so far: "
              + delivered[partition]);
    }
  }

  /// @param expected the member's position before
  synchronized void deliver(
      String member, int partition, long expected, long offset, String value) {
    if (offset != expected) {
      ledger.violate(
          member
              + " of "
              + group
              + " was given "
              + partition
              + "@"
              + offset
              + " instead of "
              + expected);
    }
    delivered[partition] = Math.max(delivered[partition], offset + 1);
    ledger.see(member + " of " + group, partition, offset, value);
  }

  /// A commit was acknowledged.
  synchronized void commit(int partition, long offset) {
    committed[partition] = Math.max(committed[partition], offset);
  }

  synchronized boolean hasReached(long[] ends) {
    for (int i = 0; i < ends.length; i++) {
      if (committed[i] < ends[i]) {
        return false;
      }
    }
    return true;
  }

  /// What the coordinator says at the end.
  synchronized void close(int partition, long offset) {
    if (offset < committed[partition]) {
      ledger.violate(
          group + " has " + offset + " for " + partition + ", committed: " + committed[partition]);
    }
  }

  @Override
  public synchronized String toString() {
    return group
        + ": "
        + Arrays.toString(committed)
        + " committed of "
        + Arrays.toString(delivered)
        + " delivered, "
        + assignments
        + " partitions handed out";
  }
}
