package io.millrace.replication;

import io.millrace.log.DamagedBatchException;
import io.millrace.log.EpochEnd;
import io.millrace.log.LogRead;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// What readers are given: consumers up to the high watermark, followers up to the log end. A
/// follower's fetch offset acknowledges what lies below it.
final class Reads {

  private final Partition partition;
  private final Replica replica;

  Reads(Partition partition, Replica replica) {
    this.partition = partition;
    this.replica = replica;
  }

  void read(ReadRequest request, ReadAnswer answer) {
    answer.clear();
    List<AckQueue.Entry> done = List.of();
    boolean moved = false;
    boolean proposes = false;
    boolean suspicious = false;
    IOException failure = null;
    synchronized (replica) {
      Errors error = check(request);
      if (error == Errors.NONE && request.lastFetchedEpoch >= 0) {
        error = compareEpochs(request, answer);
      }
      if (error != Errors.NONE) {
        answer.refuse(error);
        return;
      }
      LeaderReplica leader = replica.leader();
      if (request.isProgress && leader != null && answer.diverging == null) {
        FollowerProgress follower = leader.follower(request.replicaId);
        if (follower != null && isInLog(request.fetchOffset)) {
          long before = replica.moves;
          IsrProposal proposed = leader.pending();
          leader.onFetch(follower, request);
          done = replica.advance();
          moved = before != replica.moves;
          // Once: whoever carries proposals repeats them until they are settled.
          proposes = leader.pending() != null && leader.pending() != proposed;
        }
      }
      answer.moves = replica.moves;
      answer.highWatermark = replica.highWatermark();
      answer.lastStableOffset = replica.stableOffset();
      answer.logStartOffset = replica.log.logStartOffset();
      answer.throttled = request.replicaId >= 0 && replica.throttledAsLeader;
      if (answer.diverging == null && !request.offsetsOnly && !mustWait(request, answer)) {
        try {
          long limit = limit(request, answer);
          failure = records(request, limit, answer);
          suspicious = isUseless(request, answer);
          answer.atEnd = isAtEnd(request, limit, answer);
        } catch (IOException e) {
          failure = e;
        }
      }
    }
    if (moved) {
      replica.watchers.signal();
    }
    AckQueue.finish(done, Errors.NONE);
    if (proposes) {
      replica.host.onProposal(partition);
    }
    if (suspicious) {
      replica.host.suspect(partition, request.fetchOffset);
    }
    if (failure != null) {
      answer.refuse(Errors.KAFKA_STORAGE_ERROR);
      replica.host.onDiskFailure(partition, failure);
    }
  }

  /// Whether a follower asks again and again for what it was sent: its checksum may not hold.
  private boolean isUseless(ReadRequest request, ReadAnswer answer) {
    LeaderReplica leader = replica.leader();
    FollowerProgress follower =
        request.isProgress && leader != null ? leader.follower(request.replicaId) : null;
    return follower != null && answer.slice != null && follower.onSent(request.fetchOffset);
  }

  private Errors check(ReadRequest request) {
    Errors error = replica.checkEpoch(request.currentLeaderEpoch, request.leaderOnly);
    LeaderReplica leader = replica.leader();
    if (error == Errors.NONE
        && request.replicaId >= 0
        && leader != null
        && leader.follower(request.replicaId) == null) {
      // It may be assigned already, only the metadata has not arrived here: it asks again.
      return request.currentLeaderEpoch >= 0
          ? Errors.UNKNOWN_LEADER_EPOCH
          : Errors.NOT_LEADER_OR_FOLLOWER;
    }
    return error;
  }

  /// Whether the reader's last epoch ended in this log as it did in the reader's (KIP-595).
  private Errors compareEpochs(ReadRequest request, ReadAnswer answer) {
    EpochEnd end =
        replica.log.epochs().endOffsetFor(request.lastFetchedEpoch, replica.log.logEndOffset());
    if (!end.isDefined() || request.fetchOffset < replica.log.logStartOffset()) {
      return request.fetchOffset < replica.log.logStartOffset()
          ? Errors.OFFSET_OUT_OF_RANGE
          : beyondLog();
    }
    if (end.epoch() < request.lastFetchedEpoch || end.endOffset() < request.fetchOffset) {
      answer.diverging = end;
    }
    return Errors.NONE;
  }

  /// What to say to a reader that has read more than this replica has. A leader that was replaced
  /// without hearing of it would be wrong to call that impossible: a client that knows no leader
  /// epochs (before KIP-320) would give up, or begin anew, although the new leader has it all.
  private Errors beyondLog() {
    return replica.leader() == null || replica.host.hearsOfMetadata()
        ? Errors.OFFSET_OUT_OF_RANGE
        : Errors.NOT_LEADER_OR_FOLLOWER;
  }

  /// A follower that catches up waits while this broker has sent as much as it may.
  private boolean mustWait(ReadRequest request, ReadAnswer answer) {
    return answer.throttled
        && !replica.state.isInSync(request.replicaId)
        && replica.host.quotas().leader().isExceeded();
  }

  private boolean isAtEnd(ReadRequest request, long limit, ReadAnswer answer) {
    LeaderReplica leader = replica.leader();
    return answer.error == Errors.NONE
        && request.fetchOffset >= limit
        && (request.replicaId < 0 || (leader != null && leader.hasSettled(request.replicaId)));
  }

  private boolean isInLog(long offset) {
    return offset >= replica.log.logStartOffset() && offset <= replica.log.logEndOffset();
  }

  private long limit(ReadRequest request, ReadAnswer answer) {
    return switch (request.isolation) {
      case LOG_END -> replica.log.logEndOffset();
      case HIGH_WATERMARK -> answer.highWatermark;
      case COMMITTED -> answer.lastStableOffset;
    };
  }

  private @Nullable IOException records(ReadRequest request, long limit, ReadAnswer answer)
      throws IOException {
    // No switch over the kinds, which costs the first fetch from a process (decision 10).
    LogRead read =
        replica.log.read(request.fetchOffset, request.maxBytes, limit, request.minOneBatch);
    if (read instanceof LogRead.Data data) {
      answer.slice = data.slice();
      replica.traffic.onRead(request.replicaId, data.slice().length());
      if (request.isolation == ReadRequest.Isolation.COMMITTED) {
        answer.aborted = replica.log.abortedTransactions(request.fetchOffset, limit);
      }
    } else if (read instanceof LogRead.Empty) {
      if (request.isolation == ReadRequest.Isolation.COMMITTED) {
        answer.aborted = List.of();
      }
    } else if (read instanceof LogRead.Refused refused) {
      answer.refuse(
          request.fetchOffset > replica.log.logEndOffset() ? beyondLog() : refused.error());
    } else if (read instanceof LogRead.Failed failed) {
      return failed.cause();
    }
    return null;
  }

  PartitionQuery query(int currentLeaderEpoch, PartitionQuery.Question question) {
    PartitionQuery answer = new PartitionQuery();
    IOException failure = null;
    synchronized (replica) {
      answer.error = replica.checkEpoch(currentLeaderEpoch, true);
      LeaderReplica leader = replica.leader();
      if (leader != null && answer.error == Errors.NONE) {
        answer.leaderEpoch = replica.state.leaderEpoch();
        answer.highWatermark = replica.highWatermark();
        answer.lastStableOffset = replica.stableOffset();
        answer.leaderEpochStart = leader.epochStart();
        try {
          question.ask(replica.log, answer);
        } catch (DamagedBatchException e) {
          // The disk is sound, and so are the other logs on it.
          answer.error = Errors.CORRUPT_MESSAGE;
        } catch (IOException e) {
          failure = e;
          answer.error = Errors.KAFKA_STORAGE_ERROR;
        }
      }
    }
    if (failure != null) {
      replica.host.onDiskFailure(partition, failure);
    }
    return answer;
  }

  List<ReplicaView> replicasHolding(long offset) {
    synchronized (replica) {
      LeaderReplica leader = replica.leader();
      if (leader == null) {
        return List.of();
      }
      List<ReplicaView> views = new ArrayList<>();
      views.add(new ReplicaView(replica.brokerId, replica.log.logEndOffset(), 0));
      long now = replica.host.nanos();
      for (FollowerProgress follower : leader.followers()) {
        if (replica.state.isInSync(follower.brokerId())
            && follower.logEndOffset() >= offset
            && follower.logStartOffset() <= offset) {
          views.add(
              new ReplicaView(
                  follower.brokerId(),
                  follower.logEndOffset(),
                  follower.nanosSinceCaughtUp(now) / 1_000_000));
        }
      }
      return views;
    }
  }
}
