package io.millrace.replication;

import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ProduceResponse;

/// How the beginning of a partition is deleted (DeleteRecords). The leader's log start rises at
/// once, its followers' with their next fetches; it is done for good when all that count have
/// written it down.
final class Deletions {

  private final Partition partition;
  private final Replica replica;

  Deletions(Partition partition, Replica replica) {
    this.partition = partition;
    this.replica = replica;
  }

  PartitionQuery delete(long offset) {
    PartitionQuery answer =
        partition.query(
            -1,
            (log, result) -> {
              long target =
                  offset == ProduceResponse.INVALID_OFFSET ? result.highWatermark : offset;
              if (!log.config().delete()) {
                result.error = Errors.POLICY_VIOLATION;
              } else if (target < 0 || target > result.highWatermark) {
                result.error = Errors.OFFSET_OUT_OF_RANGE;
              } else {
                log.incrementLogStartOffset(target);
                replica.moves++;
                result.logStartOffset = log.logStartOffset();
              }
            });
    if (answer.error() == Errors.NONE) {
      replica.host.storeLogStart(partition);
      replica.watchers.signal();
    }
    return answer;
  }

  PartitionQuery lowWatermark() {
    PartitionQuery answer = new PartitionQuery();
    synchronized (replica) {
      answer.error = replica.leaderError();
      LeaderReplica leader = replica.leader();
      if (leader != null && answer.error == Errors.NONE) {
        answer.logStartOffset = leader.lowWatermark();
        answer.followersLogStart = leader.followersLowWatermark();
      }
    }
    return answer;
  }

  void onStored(long start) {
    synchronized (replica) {
      replica.onLogStartStored(start);
    }
    replica.watchers.signal();
  }

  /// Has the log start written down, if a crash could bring back what was deleted.
  void requestStore() {
    boolean durable;
    synchronized (replica) {
      durable = replica.offline || replica.deleted || replica.isLogStartDurable();
    }
    if (!durable) {
      replica.host.storeLogStart(partition);
    }
  }
}
