package io.millrace.replication;

import io.millrace.log.AppendOrigin;
import io.millrace.log.HostedLog;
import io.millrace.log.LogOwner;
import io.millrace.log.PartitionLog;
import io.millrace.log.segment.RottenRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// One partition on this broker: a monitor around its log and its role.
///
/// ```
///  none      --metadata: this broker leads-->           LeaderReplica
///  none      --metadata: another broker leads-->        FollowerReplica
///  leader    <--metadata of a later leader epoch-->     follower
///  any       --deleted, directory lost, shutdown-->     stopped, for good
///  follower  --the leader's log is another-->           cutting, then follower again
/// ```
///
/// Invariants:
/// 1. The high watermark never passes the log end, nor what an in-sync replica has acknowledged
///    (the leader's own share, and a follower's, is what is synced where the topic asks for fsync
///    before the acknowledgement, `flush.messages=1`); it goes back only where a follower is cut on
///    its leader's evidence.
/// 2. Only the leader of the current epoch appends for clients, and only with the ISR that the
///    topic demands does `acks=all` succeed.
/// 3. Whoever waits is told exactly once for each wait: when its offset is reached, or when this
///    replica stops leading.
///
/// Every method may be called from any thread; none waits longer than for a copy to the page cache,
/// except [#cut].
public final class Partition implements LogOwner {

  /// Changed under the guard, read by anybody.
  private volatile HostedLog hosted;

  private final ReplicaHost host;

  /// The guard, and all that is under it.
  private final Replica replica;

  private final Appends appends;
  private final Reads reads;
  private final Following following;
  private final Deletions deletions;
  private final LogSwap swap;
  private final PartitionRot rot;

  Partition(
      TopicIdPartition id, int brokerId, HostedLog hosted, long highWatermark, ReplicaHost host) {
    this.hosted = hosted;
    this.host = host;
    this.replica = new Replica(id, brokerId, hosted.log(), highWatermark, host);
    this.appends = new Appends(this, replica);
    this.reads = new Reads(this, replica);
    this.following = new Following(this, replica);
    this.deletions = new Deletions(this, replica);
    this.swap = new LogSwap(this, replica);
    this.rot = new PartitionRot(this, replica);
  }

  public TopicIdPartition id() {
    return replica.id;
  }

  public TopicPartition topicPartition() {
    return replica.id.topicPartition();
  }

  /// Its log, and where it lies; another one after a move between log directories.
  public HostedLog hosted() {
    return hosted;
  }

  public boolean isLeader() {
    return replica.isLeading();
  }

  public int leaderEpoch() {
    synchronized (replica) {
      return replica.state.leaderEpoch();
    }
  }

  /// Who leads. It may be newer than the image that clients are shown, which follows.
  public KnownLeader knownLeader() {
    synchronized (replica) {
      return new KnownLeader(replica.state.leader(), replica.state.leaderEpoch());
    }
  }

  /// Whether a client that takes this follower for the leader may know newer metadata than it does:
  /// it is in sync, and has not led of late, which is what a client may have missed.
  public boolean maySoonLead() {
    synchronized (replica) {
      return replica.maySoonLead();
    }
  }

  @Override
  public long highWatermark() {
    return replica.highWatermark();
  }

  public long logEndOffset() {
    synchronized (replica) {
      return replica.log.logEndOffset();
    }
  }

  public long logStartOffset() {
    synchronized (replica) {
      return replica.log.logStartOffset();
    }
  }

  public long lastStableOffset() {
    synchronized (replica) {
      return replica.stableOffset();
    }
  }

  /// Whether the topic asks for fsync before any acknowledgement.
  boolean syncsBeforeAck() {
    synchronized (replica) {
      return replica.syncsBeforeAck();
    }
  }

  /// Whether the metadata has this replica in sync.
  boolean isInSync() {
    synchronized (replica) {
      return replica.state.isInSync(replica.brokerId);
    }
  }

  /// Takes over what a metadata record says. Called in the order of records.
  void apply(LeaderState next, TopicSettings settings) {
    synchronized (replica) {
      settle(settings);
    }
    apply(next);
  }

  /// Under the guard.
  private void settle(TopicSettings settings) {
    replica.minInSyncReplicas(settings.minInSyncReplicas());
    replica.throttledAsLeader = settings.throttledLeaders().includes(id().partition());
    replica.throttledAsFollower = settings.throttledFollowers().includes(id().partition());
  }

  /// As far as it is news: metadata that was kept back may have been overtaken.
  void apply(LeaderState next) {
    List<AckQueue.Entry> done;
    List<AckQueue.Entry> failed = List.of();
    List<RottenRange> rotten = List.of();
    boolean proposes;
    boolean unsynced;
    synchronized (replica) {
      if (next.partitionEpoch() < replica.state.partitionEpoch() || following.postpones(next)) {
        return;
      }
      LeaderState previous = replica.state;
      replica.state = next;
      if (previous.leader() == replica.brokerId && next.leader() == replica.brokerId) {
        replica.traffic.onState(previous, next);
      }
      replica.moves++;
      replica.role(replica.stopped ? ReplicaRole.None.NONE : nextRole(previous));
      LeaderReplica leader = replica.leader();
      proposes = leader != null && leader.pending() != null;
      unsynced = leader != null && replica.acknowledgedEnd() < replica.log.logEndOffset();
      done = replica.advance();
      if (leader == null) {
        failed = replica.acks.takeAll();
      } else if (!replica.log.damage().isEmpty()) {
        rotten = replica.log.rot();
      }
    }
    replica.watchers.signal();
    AckQueue.finish(done, Errors.NONE);
    AckQueue.finish(failed, Errors.NOT_LEADER_OR_FOLLOWER);
    if (unsynced) {
      // A tail from before a restart, or from when the topic did not ask for fsync: nothing else
      // might sync it, and it is committed only then.
      host.requestFlush(this);
    }
    if (proposes) {
      host.onProposal(this);
    }
    for (RottenRange range : rotten) {
      host.repair(this, range);
    }
  }

  private ReplicaRole nextRole(LeaderState previous) {
    LeaderState next = replica.state;
    if (next.leader() == replica.brokerId) {
      // What followers had in an earlier epoch says nothing: another leader may have been between.
      boolean sameEpoch = previous.leaderEpoch() == next.leaderEpoch();
      LeaderReplica same = sameEpoch ? replica.leader() : null;
      LeaderReplica leader = same != null ? same : new LeaderReplica(replica, host);
      leader.onState(same == null);
      return leader;
    }
    if (next.leader() < 0) {
      return ReplicaRole.None.NONE;
    }
    FollowerReplica same = replica.follower(next.leaderEpoch());
    if (same != null) {
      return same;
    }
    // Epochs that this replica led without a record are not its last record's. The leader would
    // find
    // that it does not know them and have them cut: thousands of cuts of nothing, where brokers led
    // by the metadata of before their start until they were fenced.
    replica.log.epochs().truncateFromEnd(replica.log.logEndOffset());
    return new FollowerReplica(replica);
  }

  /// Takes new topic settings over.
  void configure(TopicSettings settings) {
    List<AckQueue.Entry> done;
    synchronized (replica) {
      settle(settings);
      replica.log.updateConfig(settings.log());
      done = replica.advance();
    }
    replica.watchers.signal();
    AckQueue.finish(done, Errors.NONE);
  }

  /// Time has passed: a leader looks after its followers, and says again what it proposes.
  void onTick() {
    lookAfterFollowers(true);
  }

  /// Brokers have come or gone: a leader looks after its followers.
  void onBrokers() {
    lookAfterFollowers(false);
  }

  private void lookAfterFollowers(boolean again) {
    List<AckQueue.Entry> done;
    boolean moved;
    boolean proposes;
    synchronized (replica) {
      LeaderReplica leader = replica.leader();
      if (leader == null) {
        return;
      }
      long before = replica.moves;
      done = replica.advance();
      moved = before != replica.moves;
      IsrProposal proposed = leader.pending();
      leader.onTick();
      if (!again && replica.state.isr().length < replica.state.replicas().length) {
        // Whoever might not join may do so now: its fetches are looked at again.
        replica.moves++;
        moved = true;
      }
      proposes = leader.pending() != null && (again || leader.pending() != proposed);
    }
    if (moved) {
      replica.watchers.signal();
    }
    AckQueue.finish(done, Errors.NONE);
    if (proposes) {
      host.onProposal(this);
    }
  }

  /// The partition leaves this broker, for good: nobody is served any more.
  void retire() {
    synchronized (replica) {
      replica.deleted = true;
    }
    stop(Errors.NOT_LEADER_OR_FOLLOWER);
  }

  /// The log directory is gone.
  void takeOffline() {
    synchronized (replica) {
      replica.offline = true;
    }
    stop(Errors.KAFKA_STORAGE_ERROR);
  }

  /// The broker shuts down: nobody is served any more, the log stays in use until it is closed.
  void stopServing() {
    stop(Errors.NOT_LEADER_OR_FOLLOWER);
  }

  private void stop(Errors why) {
    List<AckQueue.Entry> failed;
    synchronized (replica) {
      replica.moves++;
      replica.stopped = true;
      replica.role(ReplicaRole.None.NONE);
      failed = replica.acks.takeAll();
    }
    replica.watchers.signal();
    AckQueue.finish(failed, why);
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
    appends.append(
        bytes, position, length, requiredAcks, origin, produceVersion, expectedEpoch, answer);
  }

  /// Waits until everything below `endOffset` may be acknowledged.
  ///
  /// @param all whether the whole ISR must have it (acks=all), or this replica's disk is enough
  /// @return the error to answer now, NONE when it may be acknowledged now, null when `waiter` will
  ///   be told
  public @Nullable Errors awaitAck(long endOffset, boolean all, AckWaiter waiter, int ticket) {
    return appends.await(endOffset, all, waiter, ticket);
  }

  /// Stops waiting, after a timeout or when the client is gone.
  public void forgetAcks(AckWaiter waiter) {
    synchronized (replica) {
      replica.acks.forget(waiter);
    }
  }

  @Override
  public void guarded(LogStep step) throws IOException {
    synchronized (replica) {
      if (replica.isUsable()) {
        step.run(replica.log);
      }
    }
  }

  @Override
  public void onFlushed(PartitionLog flushed) {
    // Under the guard: what ends here is told from a worker that holds nothing.
    replica.moves++;
    List<AckQueue.Entry> done = replica.advance();
    if (!done.isEmpty() || !replica.watchers.isEmpty()) {
      host.later(() -> {
        replica.watchers.signal();
        AckQueue.finish(done, Errors.NONE);
      });
    }
  }

  /// Finds what the reader may have, and notes how far a follower has come. The slice in the answer
  /// belongs to the caller.
  public void read(ReadRequest request, ReadAnswer answer) {
    reads.read(request, answer);
  }

  /// Runs a short question about the log under the guard, for a reader that knows a leader epoch.
  ///
  /// @param currentLeaderEpoch that the asker knows, -1 for none
  public PartitionQuery query(int currentLeaderEpoch, PartitionQuery.Question question) {
    return reads.query(currentLeaderEpoch, question);
  }

  /// The replicas that a consumer could read `offset` from, the leader among them; none where this
  /// replica does not lead.
  public List<ReplicaView> replicasHolding(long offset) {
    return reads.replicasHolding(offset);
  }

  /// Deletes all records below `offset` ([ProduceResponse#INVALID_OFFSET] for the high watermark)
  /// from this leader's log. It is done for good when [#lowWatermark] has come so far.
  ///
  /// @return the log start offset afterwards, in [PartitionQuery#logStartOffset]
  public PartitionQuery deleteRecords(long offset) {
    return deletions.delete(offset);
  }

  /// The offset below which everything is deleted on all replicas that count, durably, in
  /// [PartitionQuery#logStartOffset]; -1 while nobody knows. Those who watch the partition are told
  /// when it moves.
  public PartitionQuery lowWatermark() {
    return deletions.lowWatermark();
  }

  /// The log start was made durable, as it was at some moment before.
  void onLogStartStored(long start) {
    deletions.onStored(start);
  }

  /// Tells `watcher` about every move since `seenMoves`, until [#unwatch].
  ///
  /// @param seenMoves [ReadAnswer#moves] of what the watcher has seen
  public void watch(ProgressWatcher watcher, long seenMoves) {
    boolean missed;
    synchronized (replica) {
      missed = replica.moves != seenMoves;
      replica.watchers.add(watcher);
    }
    if (missed) {
      watcher.signal();
    }
  }

  public void unwatch(ProgressWatcher watcher) {
    synchronized (replica) {
      replica.watchers.remove(watcher);
    }
  }

  /// Lets `alarm` ring at the next move.
  ///
  /// @param seenMoves [ReadAnswer#moves] of what its owner has seen
  /// @return false, and it is not armed, where the partition has moved on since
  boolean arm(Watchers.Alarm alarm, long seenMoves) {
    synchronized (replica) {
      if (replica.moves != seenMoves) {
        return false;
      }
      replica.watchers.arm(alarm);
      return true;
    }
  }

  void disarm(Watchers.Alarm alarm) {
    replica.watchers.disarm(alarm);
  }

  /// What the controller is told by this leader now, null when there is nothing to say. From now on
  /// it stays as it is until the metadata shows it, or something else.
  @Nullable IsrProposal proposal() {
    synchronized (replica) {
      LeaderReplica leader = replica.leader();
      return leader == null ? null : leader.ask();
    }
  }

  /// The controller did not apply this proposal and never will.
  void onRejected(IsrProposal proposal) {
    synchronized (replica) {
      LeaderReplica leader = replica.leader();
      if (leader != null) {
        leader.onRejected(proposal);
      }
    }
  }

  /// Where this follower goes on fetching from the leader of `leaderEpoch`.
  FollowerPosition.Readiness position(int leaderEpoch, FollowerPosition into) {
    return following.position(leaderEpoch, into);
  }

  /// Takes over what the leader of `leaderEpoch` sent for a fetch from `fetchOffset` on.
  ///
  /// @param bytes lent
  FetchedOutcome onFetched(
      int leaderEpoch, long fetchOffset, FetchedPartition fetched, ByteBuffer bytes) {
    return following.onFetched(leaderEpoch, fetchOffset, fetched, bytes);
  }

  /// Asks for the sync that [FollowerPosition.Readiness#SYNCING] waits for.
  void requestSync() {
    deletions.requestStore();
    host.requestFlush(this);
  }

  /// Cuts this follower's log, on evidence from the leader of `leaderEpoch`. Blocks for the disk,
  /// without the guard: belongs on a worker.
  void cut(int leaderEpoch, CutPoint point) {
    following.cut(leaderEpoch, point);
  }

  /// Somebody could not use what was read at `offset`: it is looked at soon.
  public void suspect(long offset) {
    host.suspect(this, offset);
  }

  /// What is rotten in its log.
  PartitionRot rot() {
    return rot;
  }

  /// How its beginning is deleted.
  Deletions deletions() {
    return deletions;
  }

  /// How a copy in another log directory takes its log's place.
  LogSwap swap() {
    return swap;
  }

  /// It lies elsewhere now. Under the guard.
  void moved(HostedLog to) {
    hosted = to;
  }

  /// Produce requests that wait for their acknowledgement.
  public int waitingForAck() {
    synchronized (replica) {
      return replica.acks.size();
    }
  }

  /// Those who wait for it to move on: parked fetches, and this replica's own fetcher.
  public int watchers() {
    synchronized (replica) {
      return replica.watchers.size();
    }
  }

  /// How this replica is, and what it has done, for monitoring.
  public PartitionStatus status() {
    synchronized (replica) {
      return replica.status();
    }
  }

  @Override
  public String toString() {
    return topicPartition() + "@" + replica.brokerId;
  }
}
