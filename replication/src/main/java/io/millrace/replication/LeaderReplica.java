package io.millrace.replication;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A partition's leadership on this broker, for one leader epoch: how far the followers are, what
/// is committed, who is in sync. Used under the partition's guard.
///
/// The in-sync replicas:
///
/// ```
///  COMMITTED --a follower caught up, lags, or the leader has recovered--> PENDING
///  PENDING   --metadata of a higher partition epoch-->                   COMMITTED
///  PENDING   --the controller says that it did not apply it-->           COMMITTED
/// ```
///
/// While a change is pending nobody knows whether it took effect. So the high watermark waits for
/// the old and the new set (the *maximal* ISR), while `min.insync.replicas` is held against what
/// the metadata says.
final class LeaderReplica implements ReplicaRole {

  private static final Logger LOG = LoggerFactory.getLogger(LeaderReplica.class);
  private static final int NOBODY = -1;

  private final Replica replica;
  private final ReplicaHost host;
  private final long maxLagNanos;
  private FollowerProgress[] followers = {};
  private long epochStart;
  private @Nullable IsrProposal pending;

  /// Whether the controller may have heard of [#pending], which must then stay as it is.
  private boolean asked;

  LeaderReplica(Replica replica, ReplicaHost host) {
    this.replica = replica;
    this.host = host;
    this.maxLagNanos = host.settings().lagTimeMaxNanos();
  }

  /// The log end at which this leader epoch began.
  long epochStart() {
    return epochStart;
  }

  /// The replica's state is new.
  ///
  /// @param newEpoch whether the epoch begins with it
  void onState(boolean newEpoch) {
    pending = null;
    assign(replica.state);
    if (newEpoch) {
      epochStart = replica.log.logEndOffset();
      // Even without a record: a follower may have entries of an epoch that this log lacks, and
      // must find that the epoch ended here.
      replica.log.epochs().assign(replica.state.leaderEpoch(), epochStart);
      long now = host.nanos();
      for (FollowerProgress follower : followers) {
        follower.onLeaderEpoch(epochStart, replica.state.isInSync(follower.brokerId()), now);
      }
    }
    maybeRecover();
  }

  /// Proposes what an unclean election leaves to say (KIP-704).
  private void maybeRecover() {
    if (pending == null && replica.state.recovering()) {
      propose(isrMembers(NOBODY, List.of()));
    }
  }

  private void assign(LeaderState state) {
    List<FollowerProgress> assigned = new ArrayList<>();
    for (int broker : state.replicas()) {
      if (broker != replica.brokerId) {
        FollowerProgress known = follower(broker);
        assigned.add(known != null ? known : new FollowerProgress(broker));
      }
    }
    followers = assigned.toArray(FollowerProgress[]::new);
  }

  @Nullable FollowerProgress follower(int broker) {
    for (FollowerProgress follower : followers) {
      if (follower.brokerId() == broker) {
        return follower;
      }
    }
    return null;
  }

  FollowerProgress[] followers() {
    return followers;
  }

  /// A follower has everything below `fetchOffset`, which lies in this log.
  void onFetch(FollowerProgress follower, ReadRequest fetch) {
    if (fetch.followerLogStart > follower.logStartOffset()) {
      // A deletion may wait for this.
      replica.moves++;
    }
    follower.onFetch(
        fetch.fetchOffset,
        fetch.followerLogStart,
        fetch.replicaEpoch,
        replica.log.logEndOffset(),
        host.nanos());
    maybeExpand(follower);
  }

  /// Moves the high watermark as far as it may go.
  ///
  /// @return whether it moved
  boolean advance() {
    if (replica.underMinInSync()) {
      return false;
    }
    long reached = replica.acknowledgedEnd();
    long end = replica.log.logEndOffset();
    long now = followers.length == 0 ? 0 : host.nanos();
    for (FollowerProgress follower : followers) {
      if (follower.logEndOffset() < reached
          && (inMaximalIsr(follower.brokerId()) || isAboutToJoin(follower, end, now))) {
        reached = follower.logEndOffset();
      }
    }
    return replica.raiseHighWatermark(reached);
  }

  /// Without this a follower that is nearly there could be left behind by every append.
  private boolean isAboutToJoin(FollowerProgress follower, long end, long now) {
    return follower.isCaughtUp(end, now, maxLagNanos)
        && host.mayJoinIsr(follower.brokerId(), follower.brokerEpoch());
  }

  /// The offset below which everything is deleted for good: no replica that is in sync, or that may
  /// come to be, has it any more, not even after a crash. -1 while nobody knows, or while so few
  /// are in sync that one of the others may be elected.
  long lowWatermark() {
    return lowWatermark(replica.durableLogStart());
  }

  /// The low watermark as it would be if this leader had its own log start on disk.
  long followersLowWatermark() {
    return lowWatermark(replica.log.logStartOffset());
  }

  private long lowWatermark(long own) {
    if (replica.underMinInSync()) {
      return -1;
    }
    long low = own;
    for (FollowerProgress follower : followers) {
      if (inMaximalIsr(follower.brokerId()) || host.mayJoinIsr(follower.brokerId(), -1)) {
        low = Math.min(low, follower.logStartOffset());
      }
    }
    return low;
  }

  private boolean inMaximalIsr(int broker) {
    IsrProposal proposed = pending;
    return replica.state.isInSync(broker) || (proposed != null && proposed.contains(broker));
  }

  private void maybeExpand(FollowerProgress follower) {
    if ((pending == null || mayWiden(follower.brokerId()))
        && !replica.state.isInSync(follower.brokerId())
        && follower.logEndOffset() >= replica.highWatermark()
        && follower.logEndOffset() >= epochStart
        && follower.logStartOffset() >= replica.log.logStartOffset()
        && host.mayJoinIsr(follower.brokerId(), follower.brokerEpoch())) {
      LOG.debug(
          "{}: {} has caught up at {} and is to join",
          replica,
          follower.brokerId(),
          follower.logEndOffset());
      propose(isrMembers(follower.brokerId(), List.of()));
    }
  }

  /// Whether another join waits to be said and can take this one along: brokers that come back
  /// together join thousands of partitions each, and one change of each partition is enough.
  private boolean mayWiden(int broker) {
    IsrProposal waiting = pending;
    return waiting != null
        && !asked
        && waiting.isr().size() > replica.state.isr().length
        && !waiting.contains(broker);
  }

  /// Whether fetches of this follower, which has all, leave the in-sync replicas as they are until
  /// the metadata changes: it is one of them, a change is under way, or it may not join.
  boolean hasSettled(int broker) {
    FollowerProgress follower = follower(broker);
    return (pending != null && !mayWiden(broker))
        || replica.state.isInSync(broker)
        || (follower != null && !host.mayJoinIsr(broker, follower.brokerEpoch()));
  }

  /// Time has passed: proposes to go on without followers that have not kept up for
  /// `replica.lag.time.max.ms`.
  void onTick() {
    maybeRecover();
    if (pending != null) {
      return;
    }
    long now = host.nanos();
    long end = replica.log.logEndOffset();
    List<Integer> lagging = new ArrayList<>();
    for (FollowerProgress follower : followers) {
      if (replica.state.isInSync(follower.brokerId())
          && !follower.isCaughtUp(end, now, maxLagNanos)) {
        lagging.add(follower.brokerId());
      }
    }
    if (!lagging.isEmpty()) {
      LOG.debug("{}: {} lag behind and are to leave", replica, lagging);
      propose(isrMembers(NOBODY, lagging));
    }
  }

  private List<IsrProposal.Member> isrMembers(int joining, List<Integer> leaving) {
    List<IsrProposal.Member> members = new ArrayList<>();
    for (int broker : replica.state.isr()) {
      if (!leaving.contains(broker)) {
        members.add(new IsrProposal.Member(broker, epochOf(broker)));
      }
    }
    if (joining != NOBODY) {
      IsrProposal waiting = pending;
      if (waiting != null) {
        waiting.isr().stream()
            .filter(member -> !replica.state.isInSync(member.brokerId()))
            .forEach(members::add);
      }
      members.add(new IsrProposal.Member(joining, epochOf(joining)));
    }
    return members;
  }

  private long epochOf(int broker) {
    FollowerProgress follower = follower(broker);
    return follower == null || follower.brokerEpoch() == FollowerProgress.UNKNOWN_EPOCH
        ? -1
        : follower.brokerEpoch();
  }

  private void propose(List<IsrProposal.Member> members) {
    asked = false;
    pending =
        new IsrProposal(
            replica.state.leaderEpoch(),
            replica.state.partitionEpoch(),
            members,
            replica.state.recovering());
  }

  /// What the controller must hear, null for nothing.
  @Nullable IsrProposal pending() {
    return pending;
  }

  /// What the controller is told now, null for nothing.
  @Nullable IsrProposal ask() {
    asked = true;
    return pending;
  }

  /// The controller has said for certain that it did not apply this proposal and never will.
  void onRejected(IsrProposal proposal) {
    if (pending == proposal) {
      pending = null;
    }
  }
}
