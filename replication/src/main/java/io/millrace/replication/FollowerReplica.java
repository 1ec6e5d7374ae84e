package io.millrace.replication;

import io.millrace.log.AppendOutcome;
import io.millrace.log.EpochEnd;
import io.millrace.log.segment.RottenRange;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A partition's following on this broker, of one leader in one epoch: takes over what the leader
/// sends, as it is, and cuts what the leader does not have. Used under the partition's guard.
///
/// Its fetch offset is its acknowledgement. Where the start has found something rotten, it
/// therefore fetches from there, writes what comes over it, and goes on at its log's end when
/// nothing is rotten any more; what lies between was acknowledged by a former process, which does
/// not count. Where the topic asks for fsync it therefore fetches on only when all that it has is
/// synced. So it is with its log start: it acknowledges deletions.
final class FollowerReplica implements ReplicaRole {

  private static final Logger LOG = LoggerFactory.getLogger(FollowerReplica.class);

  private final Replica replica;
  private final int leaderEpoch;

  FollowerReplica(Replica replica) {
    this.replica = replica;
    this.leaderEpoch = replica.state.leaderEpoch();
  }

  int leaderEpoch() {
    return leaderEpoch;
  }

  FollowerPosition.Readiness position(FollowerPosition into) {
    into.moves = replica.moves;
    long end = replica.log.logEndOffset();
    if (!replica.isLogStartDurable()
        || (replica.syncsBeforeAck() && replica.log.recoveryPoint() < end)) {
      return FollowerPosition.Readiness.SYNCING;
    }
    into.fetchOffset = fetchOffset();
    into.logStartOffset = replica.log.logStartOffset();
    into.lastFetchedEpoch = fetchEpoch();
    into.inSync = replica.state.isInSync(replica.brokerId);
    into.throttled = replica.throttledAsFollower;
    return FollowerPosition.Readiness.READY;
  }

  /// Where this log is like the leader's up to, as far as this replica knows.
  long fetchOffset() {
    RottenRange rotten = replica.log.firstDamage();
    return rotten == null ? replica.log.logEndOffset() : rotten.firstOffset();
  }

  /// Epoch of the record before, -1 when there is none.
  int fetchEpoch() {
    RottenRange rotten = replica.log.firstDamage();
    return rotten == null
        ? replica.log.latestEpoch()
        : replica.log.epochs().epochForOffset(rotten.firstOffset() - 1);
  }

  /// Appends what was fetched. The response must belong to this epoch and to the log's end.
  AppendOutcome append(FetchedPartition fetched, ByteBuffer bytes) {
    return replica.log.appendAsFollower(
        bytes, fetched.recordsAt, fetched.recordsLength, leaderEpoch);
  }

  /// Follows the leader's high watermark and log start, as far as this log goes.
  ///
  /// @return whether the high watermark moved
  boolean follow(FetchedPartition fetched) {
    long end = fetchOffset();
    boolean moved = replica.raiseHighWatermark(Math.min(fetched.highWatermark, end));
    long start = fetched.logStartOffset;
    if (start > replica.log.logStartOffset() && start <= end) {
      replica.log.incrementLogStartOffset(start);
      moved = true;
      replica.moves++;
      replica.raiseHighWatermark(start);
    }
    return moved;
  }

  /// The offset to cut at, or to begin again at.
  long decideCut(CutPoint point) {
    long target = point.target(this);
    long end = replica.log.logEndOffset();
    if (target < replica.highWatermark()) {
      LOG.warn(
          "{}: cut from {} to {}, below the high watermark {}, by {}",
          replica,
          end,
          target,
          replica.highWatermark(),
          point);
    } else if (target == end) {
      LOG.info("{}: {}", replica, point);
    } else {
      LOG.info("{}: cut from {} to {} by {}", replica, end, target, point);
    }
    return target;
  }

  /// KIP-279: back to the end of the largest epoch that both logs know; when this log does not know
  /// the leader's answer, to the end of the next lower one, and the next fetch asks again.
  long divergence(EpochEnd leaderEnd) {
    long end = replica.log.logEndOffset();
    EpochEnd own = replica.log.epochs().endOffsetFor(leaderEnd.epoch(), end);
    if (!own.isDefined()) {
      return Math.min(leaderEnd.endOffset(), end);
    }
    if (own.epoch() != leaderEnd.epoch()) {
      return Math.min(own.endOffset(), end);
    }
    return Math.min(Math.min(own.endOffset(), leaderEnd.endOffset()), end);
  }

  /// The log's end: nothing is to be cut.
  long logEndOffset() {
    return replica.log.logEndOffset();
  }
}
