package io.millrace.replication;

import io.millrace.log.PartitionLog;
import io.millrace.runtime.Invariant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// The monitor of a [Partition]: its guard and all state under it, as the partition's parts
/// ([Appends], [Reads], [Following], [Deletions] and others) share it. Everything is used while
/// `synchronized` on this object, except where said.
final class Replica {

  /// Clients ask for metadata more often, or when they are told that it is old.
  private static final long REMEMBERED_AS_LEADER_NANOS = 30_000_000_000L;

  final TopicIdPartition id;
  final int brokerId;

  /// Replaced when the replica moves to another log directory.
  PartitionLog log;

  final ReplicaHost host;
  final AckQueue acks = new AckQueue();
  final Watchers watchers = new Watchers();
  final Traffic traffic = new Traffic();
  LeaderState state = LeaderState.UNKNOWN;

  /// Counts whatever a parked reader may wait for.
  long moves;

  /// The log directory is lost.
  boolean offline;

  /// The replica leaves this broker, for good.
  boolean deleted;

  /// Nobody is served any more.
  boolean stopped;

  /// The log start that survives whatever happens to the process: from load, or written since.
  private long durableLogStart;

  /// A worker cuts the log, without the guard: nobody else touches the log meanwhile.
  boolean cutting;

  // By the topic's settings.

  /// Whether this replica's sending to followers that are not in sync is limited.
  boolean throttledAsLeader;

  /// Whether this replica's catching up is limited.
  boolean throttledAsFollower;

  private ReplicaRole role = ReplicaRole.None.NONE;
  private boolean hasLed;
  private long ledUntilNanos;
  private int minInSyncReplicas = 1;

  // Written under the guard, read by anybody.
  private volatile boolean leading;
  private volatile long highWatermark;

  Replica(
      TopicIdPartition id,
      int brokerId,
      PartitionLog log,
      long checkpointedHighWatermark,
      ReplicaHost host) {
    this.id = id;
    this.brokerId = brokerId;
    this.log = log;
    this.host = host;
    this.durableLogStart = log.logStartOffset();
    this.highWatermark =
        Math.max(log.logStartOffset(), Math.min(checkpointedHighWatermark, log.logEndOffset()));
  }

  ReplicaRole role() {
    return role;
  }

  void role(ReplicaRole next) {
    if (leading && !(next instanceof LeaderReplica)) {
      hasLed = true;
      ledUntilNanos = host.nanos();
    }
    role = next;
    leading = next instanceof LeaderReplica;
  }

  /// The leadership, null when this replica does not lead.
  @Nullable LeaderReplica leader() {
    return role instanceof LeaderReplica leader ? leader : null;
  }

  /// The following of that leader epoch, null when there is none or the log is being cut.
  @Nullable FollowerReplica follower(int leaderEpoch) {
    return !cutting
            && role instanceof FollowerReplica follower
            && follower.leaderEpoch() == leaderEpoch
        ? follower
        : null;
  }

  boolean maySoonLead() {
    return role instanceof FollowerReplica
        && state.isInSync(brokerId)
        && !(hasLed && host.nanos() - ledUntilNanos < REMEMBERED_AS_LEADER_NANOS);
  }

  /// Any thread.
  boolean isLeading() {
    return leading;
  }

  /// Any thread.
  long highWatermark() {
    return highWatermark;
  }

  void minInSyncReplicas(int configured) {
    minInSyncReplicas = configured;
  }

  /// `min.insync.replicas`, but never more than there are replicas.
  int effectiveMinInSyncReplicas() {
    return Math.max(1, Math.min(minInSyncReplicas, state.replicas().length));
  }

  boolean underMinInSync() {
    return state.isr().length < effectiveMinInSyncReplicas();
  }

  /// Whether the topic asks for fsync before any acknowledgement.
  boolean syncsBeforeAck() {
    return log.config().syncsBeforeAck();
  }

  /// How far this replica may count itself: the log end, or what is synced where the topic asks for
  /// it.
  long acknowledgedEnd() {
    return syncsBeforeAck() ? log.recoveryPoint() : log.logEndOffset();
  }

  /// The end of what readers of committed transactions see.
  long stableOffset() {
    long unstable = log.producers().firstUnstableOffset();
    return unstable >= 0 && unstable < highWatermark ? unstable : highWatermark;
  }

  /// How far deletions survive a crash: what is written down, or what begins with the first file
  /// that is there.
  long durableLogStart() {
    return Math.min(log.logStartOffset(), Math.max(durableLogStart, log.firstSegmentOffset()));
  }

  boolean isLogStartDurable() {
    return durableLogStart() == log.logStartOffset();
  }

  /// The log start was written down, as it was at some moment before.
  void onLogStartStored(long start) {
    durableLogStart = Math.max(durableLogStart, start);
    moves++;
  }

  /// The log has moved to another directory, whose file may say nothing yet.
  void forgetStoredLogStart() {
    durableLogStart = 0;
  }

  /// Whether anybody but a worker that cuts it may touch the log.
  boolean isUsable() {
    return !offline && !deleted && !cutting;
  }

  Errors leaderError() {
    if (offline) {
      return Errors.KAFKA_STORAGE_ERROR;
    }
    return leading ? Errors.NONE : Errors.NOT_LEADER_OR_FOLLOWER;
  }

  /// Whether this replica leads in the epoch that the asker knows (KIP-320): NONE,
  /// NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH or KAFKA_STORAGE_ERROR.
  ///
  /// @param currentLeaderEpoch -1 for none
  /// @param leaderOnly false when a follower will do (KIP-392)
  Errors checkEpoch(int currentLeaderEpoch, boolean leaderOnly) {
    if (currentLeaderEpoch >= 0) {
      if (currentLeaderEpoch < state.leaderEpoch()) {
        return Errors.FENCED_LEADER_EPOCH;
      }
      if (currentLeaderEpoch > state.leaderEpoch()) {
        return Errors.UNKNOWN_LEADER_EPOCH;
      }
    }
    return !leaderOnly && follower(state.leaderEpoch()) != null ? Errors.NONE : leaderError();
  }

  /// Moves a leader's high watermark as far as it may go.
  ///
  /// @return the waits that end with that
  List<AckQueue.Entry> advance() {
    LeaderReplica leader = leader();
    if (leader == null) {
      return List.of();
    }
    leader.advance();
    return acks.takeReached(highWatermark, log.recoveryPoint());
  }

  /// Takes the high watermark forward.
  ///
  /// @return whether it moved
  boolean raiseHighWatermark(long to) {
    if (to <= highWatermark) {
      return false;
    }
    Invariant.check(to <= log.logEndOffset(), "I1: %s above the log end", id);
    highWatermark = to;
    moves++;
    log.producers().onHighWatermark(to);
    return true;
  }

  /// The log is about to be cut there.
  void lowerHighWatermark(long to) {
    highWatermark = Math.min(highWatermark, to);
    moves++;
  }

  /// The other replicas: the leader, who is in sync, the rest.
  List<Integer> others() {
    return Arrays.stream(state.replicas())
        .boxed()
        .filter(broker -> broker != brokerId)
        .sorted(
            Comparator.comparing((Integer broker) -> broker != state.leader())
                .thenComparing(broker -> !state.isInSync(broker)))
        .toList();
  }

  PartitionStatus status() {
    Map<Integer, Long> lags = new TreeMap<>();
    boolean usable = !offline && !deleted && !cutting;
    LeaderReplica leader = leader();
    if (leader != null) {
      for (FollowerProgress follower : leader.followers()) {
        long has = Math.max(log.logStartOffset(), follower.logEndOffset());
        lags.put(follower.brokerId(), Math.max(0, log.logEndOffset() - has));
      }
    }
    return new PartitionStatus(
        id.topicPartition(),
        leader != null,
        offline,
        state.replicas().length,
        state.isr().length,
        effectiveMinInSyncReplicas(),
        usable ? log.logStartOffset() : -1,
        usable ? log.logEndOffset() : -1,
        highWatermark,
        usable ? log.size() : 0,
        traffic.recordsIn,
        traffic.bytesIn,
        traffic.bytesOut,
        traffic.replicationBytesIn,
        traffic.replicationBytesOut,
        traffic.isrShrinks,
        traffic.isrExpands,
        lags);
  }

  @Override
  public String toString() {
    return id.topicPartition() + "@" + brokerId + " isr " + Arrays.toString(state.isr());
  }
}
