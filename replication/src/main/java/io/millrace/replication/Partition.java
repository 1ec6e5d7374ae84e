package io.millrace.replication;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.EpochEnd;
import io.millrace.log.HostedLog;
import io.millrace.log.LogOwner;
import io.millrace.log.LogRead;
import io.millrace.log.PartitionLog;
import io.millrace.runtime.Invariant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ProduceResponse;
import org.jspecify.annotations.Nullable;

/// One partition on this broker: a monitor around its log.
///
/// Invariants:
/// 1. The high watermark never goes back and never passes the log end; where the topic asks for
///    fsync before the acknowledgement (`flush.messages=1`), it never passes what is synced.
/// 2. Only the leader of the current epoch appends for clients, and only with the ISR that the
///    topic demands does `acks=all` succeed.
/// 3. Whoever waits is told exactly once for each wait: when its offset is reached, or when this
///    replica stops leading.
///
/// Every method may be called from any thread; none waits longer than for a copy to the page cache.
public final class Partition implements LogOwner {

  private static final ProgressWatcher[] NOBODY = {};

  private final TopicIdPartition id;
  private final int brokerId;
  private final ReplicaHost host;
  private final Object guard = new Object();

  // Under the guard.
  private final HostedLog hosted;
  private final PartitionLog log;
  private final AckQueue acks = new AckQueue();
  private LeaderState state = LeaderState.UNKNOWN;
  private int minInSyncReplicas = 1;
  private long leaderEpochStart;
  private boolean offline;
  private long moves;
  private boolean deleted;
  private boolean stopped;

  // Written under the guard, read by anybody.
  private volatile long highWatermark;
  private volatile boolean leading;
  private volatile ProgressWatcher[] watchers = NOBODY;

  Partition(
      TopicIdPartition id, int brokerId, HostedLog hosted, long highWatermark, ReplicaHost host) {
    this.id = id;
    this.brokerId = brokerId;
    this.hosted = hosted;
    this.log = hosted.log();
    this.host = host;
    this.highWatermark =
        Math.max(log.logStartOffset(), Math.min(highWatermark, log.logEndOffset()));
  }

  public TopicIdPartition id() {
    return id;
  }

  public TopicPartition topicPartition() {
    return id.topicPartition();
  }

  public HostedLog hosted() {
    return hosted;
  }

  public boolean isLeader() {
    return leading;
  }

  public int leaderEpoch() {
    synchronized (guard) {
      return state.leaderEpoch();
    }
  }

  @Override
  public long highWatermark() {
    return highWatermark;
  }

  public long logEndOffset() {
    synchronized (guard) {
      return log.logEndOffset();
    }
  }

  public long logStartOffset() {
    synchronized (guard) {
      return log.logStartOffset();
    }
  }

  public long lastStableOffset() {
    synchronized (guard) {
      return stableOffset();
    }
  }

  private long stableOffset() {
    long unstable = log.producers().firstUnstableOffset();
    return unstable >= 0 && unstable < highWatermark ? unstable : highWatermark;
  }

  /// Takes over what a metadata record says. Called in the order of records.
  void apply(LeaderState next, int minIsr) {
    List<AckQueue.Entry> failed = List.of();
    List<AckQueue.Entry> done = List.of();
    synchronized (guard) {
      moves++;
      minInSyncReplicas = minIsr;
      if (next.partitionEpoch() < state.partitionEpoch()) {
        return;
      }
      LeaderState previous = state;
      state = next;
      leading = next.leader() == brokerId && !stopped;
      if (leading) {
        if (previous.leaderEpoch() != next.leaderEpoch() || previous.leader() != brokerId) {
          leaderEpochStart = log.logEndOffset();
          log.epochs().assign(next.leaderEpoch(), leaderEpochStart);
        }
        done = advance();
      } else {
        failed = acks.takeAll();
      }
    }
    signalWatchers();
    finish(done, Errors.NONE);
    finish(failed, Errors.NOT_LEADER_OR_FOLLOWER);
  }

  /// Takes new topic settings over.
  void configure(io.millrace.log.LogConfig config, int minIsr) {
    List<AckQueue.Entry> done;
    synchronized (guard) {
      minInSyncReplicas = minIsr;
      log.updateConfig(config);
      done = advance();
    }
    signalWatchers();
    finish(done, Errors.NONE);
  }

  /// The partition leaves this broker, for good: nobody is served any more.
  void retire() {
    synchronized (guard) {
      deleted = true;
    }
    stop(Errors.NOT_LEADER_OR_FOLLOWER);
  }

  /// The log directory is gone.
  void takeOffline() {
    synchronized (guard) {
      offline = true;
    }
    stop(Errors.KAFKA_STORAGE_ERROR);
  }

  /// The broker shuts down: nobody is served any more, the log stays in use until it is closed.
  void stopServing() {
    stop(Errors.NOT_LEADER_OR_FOLLOWER);
  }

  private void stop(Errors why) {
    List<AckQueue.Entry> failed;
    synchronized (guard) {
      moves++;
      stopped = true;
      leading = false;
      failed = acks.takeAll();
    }
    signalWatchers();
    finish(failed, why);
  }

  private Errors leaderError() {
    if (offline) {
      return Errors.KAFKA_STORAGE_ERROR;
    }
    return leading ? Errors.NONE : Errors.NOT_LEADER_OR_FOLLOWER;
  }

  /// Whether this replica leads in the epoch that the asker knows (KIP-320): NONE,
  /// NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH or KAFKA_STORAGE_ERROR.
  private Errors checkEpoch(int currentLeaderEpoch) {
    if (currentLeaderEpoch >= 0) {
      if (currentLeaderEpoch < state.leaderEpoch()) {
        return Errors.FENCED_LEADER_EPOCH;
      }
      if (currentLeaderEpoch > state.leaderEpoch()) {
        return Errors.UNKNOWN_LEADER_EPOCH;
      }
    }
    return leaderError();
  }

  /// Appends batches for a client or a coordinator of this node.
  ///
  /// @param bytes lent; offsets, epoch and possibly timestamps are set in place
  /// @param requiredAcks 0, 1 or -1 (all)
  /// @param produceVersion of the request
  /// @param expectedEpoch the leader epoch that the caller relies on, -1 for any
  public void append(
      ByteBuffer bytes,
      int position,
      int length,
      short requiredAcks,
      AppendOrigin origin,
      short produceVersion,
      int expectedEpoch,
      AppendAnswer answer) {
    answer.clear();
    List<AckQueue.Entry> done = List.of();
    boolean flushDue = false;
    IOException failure = null;
    synchronized (guard) {
      Errors error = checkEpoch(expectedEpoch);
      if (error != Errors.NONE) {
        answer.refuse(error, null);
        return;
      }
      if (requiredAcks == -1 && state.isr().length < minInSyncReplicas) {
        answer.refuse(
            Errors.NOT_ENOUGH_REPLICAS,
            "The size of the current ISR ("
                + state.isr().length
                + ") is insufficient to satisfy the min.isr requirement of "
                + minInSyncReplicas
                + " for partition "
                + id.topicPartition());
        return;
      }
      switch (log.appendAsLeader(
          bytes, position, length, state.leaderEpoch(), origin, produceVersion)) {
        case AppendOutcome.Appended appended -> {
          answer.baseOffset = appended.firstOffset();
          answer.lastOffset = appended.lastOffset();
          answer.logAppendTimeMs = appended.logAppendTimeMs();
          answer.logStartOffset = appended.logStartOffset();
          moves++;
          flushDue = appended.flushDue();
          done = advance();
          answer.awaitOffset = offsetToAwait(appended.lastOffset() + 1, requiredAcks);
        }
        case AppendOutcome.Duplicate duplicate -> {
          answer.baseOffset = duplicate.firstOffset();
          answer.lastOffset = duplicate.lastOffset();
          answer.logAppendTimeMs = duplicate.logAppendTimeMs();
          answer.logStartOffset = duplicate.logStartOffset();
          answer.awaitOffset = offsetToAwait(duplicate.lastOffset() + 1, requiredAcks);
        }
        case AppendOutcome.Refused refused -> {
          answer.refuse(refused.error(), refused.message());
          answer.recordErrors = refused.recordErrors();
          answer.logStartOffset = log.logStartOffset();
        }
        case AppendOutcome.Failed failed -> {
          answer.refuse(Errors.KAFKA_STORAGE_ERROR, failed.cause().getMessage());
          failure = failed.cause();
        }
      }
    }
    if (failure != null) {
      host.onDiskFailure(this, failure);
      return;
    }
    if (answer.error == Errors.NONE) {
      signalWatchers();
    }
    if (flushDue) {
      host.requestFlush(this);
    }
    finish(done, Errors.NONE);
  }

  /// What an acknowledgement waits for, beyond what has been reached.
  private long offsetToAwait(long endOffset, short requiredAcks) {
    boolean waits =
        switch (requiredAcks) {
          case -1 -> highWatermark < endOffset;
          case 1 -> syncsBeforeAck() && log.recoveryPoint() < endOffset;
          default -> false;
        };
    return waits ? endOffset : AppendAnswer.ACKED;
  }

  private boolean syncsBeforeAck() {
    return log.config().flushMessages() <= 1;
  }

  /// Waits until everything below `endOffset` may be acknowledged.
  ///
  /// @param all whether the whole ISR must have it (acks=all), or this replica's disk is enough
  /// @return the error to answer now, NONE when it may be acknowledged now, null when `waiter` will
  ///   be told
  public @Nullable Errors awaitAck(long endOffset, boolean all, AckWaiter waiter, int ticket) {
    synchronized (guard) {
      Errors error = leaderError();
      if (error != Errors.NONE) {
        return error;
      }
      long reached = all ? highWatermark : log.recoveryPoint();
      if (reached >= endOffset) {
        return Errors.NONE;
      }
      acks.add(endOffset, all, waiter, ticket);
      return null;
    }
  }

  /// Stops waiting, after a timeout or when the client is gone.
  public void forgetAcks(AckWaiter waiter) {
    synchronized (guard) {
      acks.forget(waiter);
    }
  }

  /// Moves the high watermark as far as it may go. Under the guard.
  ///
  /// @return the waits that end with that
  private List<AckQueue.Entry> advance() {
    if (!leading) {
      return List.of();
    }
    long end = syncsBeforeAck() ? log.recoveryPoint() : log.logEndOffset();
    boolean enoughInSync = state.isr().length >= minInSyncReplicas;
    if (enoughInSync && onlySelfInSync() && end > highWatermark) {
      Invariant.check(end <= log.logEndOffset(), "I1: %s above the log end", id);
      highWatermark = end;
      moves++;
      log.producers().onHighWatermark(end);
    }
    return acks.takeReached(highWatermark, log.recoveryPoint());
  }

  private boolean onlySelfInSync() {
    return state.isr().length == 1 && state.isr()[0] == brokerId;
  }

  @Override
  public void guarded(LogStep step) throws IOException {
    synchronized (guard) {
      if (!offline && !deleted) {
        step.run(log);
      }
    }
  }

  @Override
  public void onFlushed(PartitionLog flushed) {
    // Under the guard: what ends here is told from a worker that holds nothing.
    List<AckQueue.Entry> done = advance();
    if (!done.isEmpty() || watchers.length > 0) {
      host.later(() -> {
        signalWatchers();
        finish(done, Errors.NONE);
      });
    }
  }

  private static void finish(List<AckQueue.Entry> entries, Errors error) {
    for (AckQueue.Entry entry : entries) {
      entry.waiter().onAck(entry.ticket(), error);
    }
  }

  /// Finds what the reader may have. The slice in the answer belongs to the caller.
  public void read(ReadRequest request, ReadAnswer answer) {
    answer.clear();
    IOException failure = null;
    synchronized (guard) {
      Errors error = checkEpoch(request.currentLeaderEpoch);
      if (error != Errors.NONE) {
        answer.refuse(error);
        return;
      }
      answer.moves = moves;
      long stable = stableOffset();
      answer.highWatermark = highWatermark;
      answer.lastStableOffset = stable;
      answer.logStartOffset = log.logStartOffset();
      if (request.lastFetchedEpoch >= 0 && diverges(request, answer)) {
        return;
      }
      long limit =
          switch (request.isolation) {
            case LOG_END -> log.logEndOffset();
            case HIGH_WATERMARK -> highWatermark;
            case COMMITTED -> stable;
          };
      try {
        failure = read(request, limit, answer);
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      answer.refuse(Errors.KAFKA_STORAGE_ERROR);
      host.onDiskFailure(this, failure);
    }
  }

  private @Nullable IOException read(ReadRequest request, long limit, ReadAnswer answer)
      throws IOException {
    switch (log.read(request.fetchOffset, request.maxBytes, limit, request.minOneBatch)) {
      case LogRead.Data data -> {
        answer.slice = data.slice();
        if (request.isolation == ReadRequest.Isolation.COMMITTED) {
          answer.aborted = log.abortedTransactions(request.fetchOffset, limit);
        }
      }
      case LogRead.Empty _ -> {
        if (request.isolation == ReadRequest.Isolation.COMMITTED) {
          answer.aborted = List.of();
        }
      }
      case LogRead.Refused refused -> {
        answer.refuse(refused.error());
      }
      case LogRead.Failed failed -> {
        return failed.cause();
      }
    }
    return null;
  }

  private boolean diverges(ReadRequest request, ReadAnswer answer) {
    EpochEnd end = log.epochs().endOffsetFor(request.lastFetchedEpoch, log.logEndOffset());
    if (!end.isDefined()) {
      answer.refuse(Errors.OFFSET_OUT_OF_RANGE);
      return true;
    }
    if (end.epoch() < request.lastFetchedEpoch || end.endOffset() < request.fetchOffset) {
      answer.diverging = end;
      return true;
    }
    return false;
  }

  /// Runs a short question about the log under the guard, for a reader that knows a leader epoch.
  ///
  /// @param currentLeaderEpoch that the asker knows, -1 for none
  public PartitionQuery query(int currentLeaderEpoch, PartitionQuery.Question question) {
    PartitionQuery answer = new PartitionQuery();
    IOException failure = null;
    synchronized (guard) {
      answer.error = checkEpoch(currentLeaderEpoch);
      if (answer.error == Errors.NONE) {
        answer.leaderEpoch = state.leaderEpoch();
        answer.highWatermark = highWatermark;
        answer.lastStableOffset = stableOffset();
        answer.leaderEpochStart = leaderEpochStart;
        try {
          question.ask(log, answer);
        } catch (IOException e) {
          failure = e;
          answer.error = Errors.KAFKA_STORAGE_ERROR;
        }
      }
    }
    if (failure != null) {
      host.onDiskFailure(this, failure);
    }
    return answer;
  }

  /// Deletes all records below `offset` ([ProduceResponse#INVALID_OFFSET] for the high watermark).
  ///
  /// @return the log start offset afterwards, in [PartitionQuery#logStartOffset]
  public PartitionQuery deleteRecords(long offset) {
    PartitionQuery answer =
        query(
            -1,
            (partitionLog, result) -> {
              long target =
                  offset == ProduceResponse.INVALID_OFFSET ? result.highWatermark : offset;
              if (!partitionLog.config().delete()) {
                result.error = Errors.POLICY_VIOLATION;
              } else if (target < 0 || target > result.highWatermark) {
                result.error = Errors.OFFSET_OUT_OF_RANGE;
              } else {
                partitionLog.incrementLogStartOffset(target);
                moves++;
                result.logStartOffset = partitionLog.logStartOffset();
              }
            });
    if (answer.error() == Errors.NONE) {
      signalWatchers();
    }
    return answer;
  }

  /// Tells `watcher` about every move since `seenMoves`, until [#unwatch].
  ///
  /// @param seenMoves [ReadAnswer#moves] of what the watcher has seen
  public void watch(ProgressWatcher watcher, long seenMoves) {
    boolean missed;
    synchronized (guard) {
      missed = moves != seenMoves;
      ProgressWatcher[] more = java.util.Arrays.copyOf(watchers, watchers.length + 1);
      more[watchers.length] = watcher;
      watchers = more;
    }
    if (missed) {
      watcher.signal();
    }
  }

  public void unwatch(ProgressWatcher watcher) {
    synchronized (guard) {
      ArrayList<ProgressWatcher> rest = new ArrayList<>(List.of(watchers));
      if (rest.remove(watcher)) {
        watchers = rest.isEmpty() ? NOBODY : rest.toArray(ProgressWatcher[]::new);
      }
    }
  }

  private void signalWatchers() {
    for (ProgressWatcher watcher : watchers) {
      watcher.signal();
    }
  }

  /// What the controller must hear: this leader has recovered from an unclean election (KIP-704).
  /// Null when there is nothing to say.
  @Nullable LeaderState unreportedRecovery() {
    synchronized (guard) {
      return leading && state.recovering() ? state : null;
    }
  }

  @Override
  public String toString() {
    return id.topicPartition() + "@" + brokerId;
  }
}
