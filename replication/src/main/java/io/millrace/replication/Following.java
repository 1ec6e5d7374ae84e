package io.millrace.replication;

import io.millrace.log.AppendOutcome;
import io.millrace.log.DamagedBatchException;
import io.millrace.log.RangeFit;
import io.millrace.log.segment.RottenRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a [ReplicaFetcher] does with a partition that follows: asks where to go on, hands over what
/// it fetched, has the log cut.
///
/// Every call names the leader epoch that it belongs to, so that an answer which is overtaken by
/// the metadata has no effect: nobody has to wait for a fetcher to stop.
final class Following {

  private static final Logger LOG = LoggerFactory.getLogger(Following.class);

  private final Partition partition;
  private final Replica replica;

  /// The metadata that came while the log was being cut. Under the guard.
  private @Nullable LeaderState postponed;

  Following(Partition partition, Replica replica) {
    this.partition = partition;
    this.replica = replica;
  }

  /// Keeps metadata back while the log is being cut. Under the guard.
  ///
  /// @return whether it is kept back
  boolean postpones(LeaderState next) {
    if (replica.cutting) {
      postponed = next;
    }
    return replica.cutting;
  }

  FollowerPosition.Readiness position(int leaderEpoch, FollowerPosition into) {
    synchronized (replica) {
      into.moves = replica.moves;
      if (replica.stopped || leaderEpoch < replica.state.leaderEpoch()) {
        return FollowerPosition.Readiness.GONE;
      }
      if (replica.cutting || leaderEpoch > replica.state.leaderEpoch()) {
        return FollowerPosition.Readiness.LATER;
      }
      FollowerReplica follower = replica.follower(leaderEpoch);
      return follower == null ? FollowerPosition.Readiness.GONE : follower.position(into);
    }
  }

  FetchedOutcome onFetched(
      int leaderEpoch, long fetchOffset, FetchedPartition fetched, ByteBuffer bytes) {
    boolean flushDue = false;
    boolean moved = false;
    IOException failure = null;
    synchronized (replica) {
      FollowerReplica follower = replica.follower(leaderEpoch);
      if (follower == null || follower.fetchOffset() != fetchOffset) {
        return FetchedOutcome.STALE;
      }
      RottenRange rotten = fetched.recordsLength > 0 ? replica.log.firstDamage() : null;
      if (rotten != null) {
        RangeFit fit = replica.log.fit(rotten, bytes, fetched.recordsAt, fetched.recordsLength);
        if (fit.fits()) {
          return FetchedOutcome.REFILLS;
        }
        LOG.warn("{}: {} is not what the leader sends: {}", replica, rotten, fit.misfit());
        return fit.sound() ? FetchedOutcome.UNLIKE : FetchedOutcome.REFUSED;
      }
      if (fetched.recordsLength > 0) {
        replica.traffic.replicationBytesIn += fetched.recordsLength;
        // No switch over the kinds, which costs the first fetch of a process (decision 10).
        AppendOutcome outcome = follower.append(fetched, bytes);
        if (outcome instanceof AppendOutcome.Appended appended) {
          flushDue = appended.flushDue();
          moved = appended.lastOffset() >= appended.firstOffset();
          replica.moves += moved ? 1 : 0;
        } else if (outcome instanceof AppendOutcome.Refused refused) {
          if (replica.log.isSpannedBy(bytes, fetched.recordsAt, fetched.recordsLength)) {
            return FetchedOutcome.SPANS_START;
          }
          LOG.warn("{}: fetched records are refused: {}", replica, refused.message());
          return FetchedOutcome.REFUSED;
        } else if (outcome instanceof AppendOutcome.Failed failed) {
          failure = failed.cause();
        }
      }
      if (failure == null) {
        moved |= follower.follow(fetched);
      }
    }
    if (failure != null) {
      replica.host.onDiskFailure(partition, failure);
      return FetchedOutcome.FAILED;
    }
    if (moved) {
      replica.watchers.signal();
    }
    if (flushDue) {
      replica.host.requestFlush(partition);
    }
    return FetchedOutcome.TAKEN;
  }

  void cut(int leaderEpoch, CutPoint point) {
    long target;
    synchronized (replica) {
      FollowerReplica follower = replica.follower(leaderEpoch);
      if (follower == null
          || replica.stopped
          || !point.isAbout(follower.fetchOffset(), follower.fetchEpoch())) {
        return;
      }
      target = follower.decideCut(point);
      replica.cutting = true;
      replica.lowerHighWatermark(target);
    }
    IOException failure = null;
    try {
      replica.host.maintain(partition, () -> cutAt(target, point, leaderEpoch));
    } catch (DamagedBatchException e) {
      // The leader's next answer asks for the cut again; by then it may be repaired.
      LOG.warn("{}: is cut later: {}", replica, e.getMessage());
      partition.suspect(target);
    } catch (IOException e) {
      failure = e;
    }
    LeaderState next;
    synchronized (replica) {
      replica.cutting = false;
      replica.moves++;
      if (failure == null && !replica.deleted && !replica.offline) {
        replica.raiseHighWatermark(replica.log.logStartOffset());
        // Producers may have been made anew.
        replica.log.producers().onHighWatermark(replica.highWatermark());
      }
      next = postponed;
      postponed = null;
    }
    if (failure != null) {
      replica.host.onDiskFailure(partition, failure);
      return;
    }
    replica.watchers.signal();
    if (next != null) {
      partition.apply(next);
    }
  }

  private void cutAt(long target, CutPoint point, int leaderEpoch) throws IOException {
    point.cut(replica.log, target, leaderEpoch);
  }

  /// Whether the error says that the leader may not know yet that it leads. That the epoch is over
  /// is no such error: what this broker waits for then is metadata, and asking again wins nothing.
  static boolean isTransient(Errors error) {
    return switch (error) {
      case NOT_LEADER_OR_FOLLOWER,
          UNKNOWN_LEADER_EPOCH,
          UNKNOWN_TOPIC_ID,
          UNKNOWN_TOPIC_OR_PARTITION ->
          true;
      default -> false;
    };
  }
}
