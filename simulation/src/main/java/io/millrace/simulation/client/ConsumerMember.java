package io.millrace.simulation.client;

import io.millrace.simulation.audit.GroupLedger;
import io.millrace.simulation.audit.InvariantBroken;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// A member by the protocol of KIP-848: it tells in heartbeats what it owns and hears what it shall
/// own; what is taken away is committed first, then given up, then told.
final class ConsumerMember implements GroupMember {

  private static final int REBALANCE_MS = 3_000;
  private static final int LEAVE_EPOCH = -1;
  private static final long REQUEST_NANOS = 3_000_000_000L;
  private static final long BEAT_NANOS = 400_000_000L;

  private final ClusterClient cluster;
  private final CoordinatorLink coordinator;
  private final Consumption consumption;
  private final PartitionReader reader;
  private final GroupLedger ledger;
  private final String group;
  private final String topic;
  private final TreeSet<TopicPartition> target = new TreeSet<>(Requests.BY_NAME);
  private String id = "";
  private int epoch;
  private boolean in;
  private boolean reconciling;

  /// Whether the next heartbeat tells everything, as the first one and each after an error do.
  private boolean full;

  /// Counts joins and departures: what was asked before is of no interest after.
  private int round;

  ConsumerMember(
      ClusterClient cluster,
      String group,
      String topic,
      PartitionReader reader,
      GroupLedger ledger) {
    this.cluster = cluster;
    this.group = group;
    this.topic = topic;
    this.reader = reader;
    this.ledger = ledger;
    this.coordinator = new CoordinatorLink(cluster, group);
    this.consumption = new Consumption(cluster, coordinator, group, topic, reader, ledger);
  }

  @Override
  public void join() {
    in = true;
    id = new Uuid(cluster.random().nextLong(), cluster.random().nextLong()).toString();
    reader.start();
    begin();
  }

  /// From epoch 0, owning nothing.
  private void begin() {
    round++;
    epoch = 0;
    full = true;
    reconciling = false;
    target.clear();
    consumption.giveUpAll();
    int asked = round;
    cluster.refresh(
        List.of(topic),
        _ -> {
          if (asked == round) {
            beat(asked);
            commit(asked);
          }
        });
  }

  @Override
  public void leave() {
    Membership leaving = new Membership(id, epoch);
    ConsumerGroupHeartbeatRequestData goodbye =
        new ConsumerGroupHeartbeatRequestData()
            .setGroupId(group)
            .setMemberId(id)
            .setMemberEpoch(LEAVE_EPOCH);
    consumption.commit(
        leaving,
        _ -> coordinator.send(ApiKeys.CONSUMER_GROUP_HEARTBEAT, goodbye, REQUEST_NANOS, _ -> {}));
    vanish();
  }

  @Override
  public void vanish() {
    round++;
    in = false;
    consumption.giveUpAll();
    reader.stop();
  }

  @Override
  public boolean isIn() {
    return in;
  }

  @Override
  public List<TopicPartition> held() {
    return consumption.held();
  }

  @Override
  public boolean isCaughtUp() {
    return in
        && epoch > 0
        && consumption.held().equals(List.copyOf(target))
        && reader.isAtEnd()
        && consumption.isEverythingCommitted();
  }

  @Override
  public long requests() {
    return coordinator.requests() + reader.requests();
  }

  @Override
  public String toString() {
    return String.format(
        "%s %s as %s in epoch %d, shall own %s, reads %s, last answer %s",
        cluster.name(), in ? "in" : "out", id, epoch, target, reader, coordinator);
  }

  // Heartbeats.

  private void beat(int ofRound) {
    if (ofRound != round) {
      return;
    }
    List<TopicPartition> owned = consumption.held();
    ConsumerGroupHeartbeatRequestData request =
        new ConsumerGroupHeartbeatRequestData()
            .setGroupId(group)
            .setMemberId(id)
            .setMemberEpoch(epoch)
            .setTopicPartitions(owned(owned));
    if (full) {
      request.setRebalanceTimeoutMs(REBALANCE_MS).setSubscribedTopicNames(List.of(topic));
    }
    full = false;
    coordinator.send(
        ApiKeys.CONSUMER_GROUP_HEARTBEAT,
        request,
        REQUEST_NANOS,
        answer -> {
          if (ofRound == round && onBeat(answer)) {
            cluster.loop().schedule(BEAT_NANOS, () -> beat(ofRound));
          }
        });
  }

  private List<ConsumerGroupHeartbeatRequestData.TopicPartitions> owned(
      List<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      return List.of();
    }
    return List.of(
        new ConsumerGroupHeartbeatRequestData.TopicPartitions()
            .setTopicId(cluster.topicId(topic))
            .setPartitions(partitions.stream().map(TopicPartition::partition).toList()));
  }

  /// Whether heartbeats go on.
  private boolean onBeat(@Nullable ApiMessage answer) {
    if (!(answer instanceof ConsumerGroupHeartbeatResponseData data)) {
      full = true;
      return true;
    }
    Errors error = Errors.forCode(data.errorCode());
    switch (error) {
      case NONE -> {
        epoch = data.memberEpoch();
        learn(data.assignment());
        target.forEach(partition -> ledger.owned(id, epoch, partition));
        reconcile(round);
        return true;
      }
      case UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH -> {
        begin();
        return false;
      }
      default -> {
        if (!coordinator.isGone(error)) {
          throw new InvariantBroken(
              "EveryRequestAnswered",
              cluster.name() + " was refused: " + error + " " + data.errorMessage());
        }
        full = true;
        return true;
      }
    }
  }

  private void learn(ConsumerGroupHeartbeatResponseData.@Nullable Assignment assignment) {
    if (assignment == null) {
      return;
    }
    target.clear();
    for (ConsumerGroupHeartbeatResponseData.TopicPartitions of : assignment.topicPartitions()) {
      for (int partition : of.partitions()) {
        target.add(new TopicPartition(topic, partition));
      }
    }
  }

  // What is owned follows what shall be.

  private void reconcile(int ofRound) {
    if (ofRound != round || reconciling) {
      return;
    }
    List<TopicPartition> lost = new ArrayList<>(consumption.held());
    lost.removeAll(target);
    if (!lost.isEmpty()) {
      reconciling = true;
      consumption.commit(
          new Membership(id, epoch),
          _ -> {
            if (ofRound == round) {
              reconciling = false;
              consumption.giveUp(lost);
              reconcile(ofRound);
            }
          });
      return;
    }
    List<TopicPartition> added = new ArrayList<>(target);
    added.removeAll(consumption.held());
    if (!added.isEmpty()) {
      reconciling = true;
      consumption.take(
          added,
          new Membership(id, epoch),
          error -> {
            if (ofRound != round) {
              consumption.giveUpAll();
              return;
            }
            reconciling = false;
            if (error != Errors.NONE) {
              checkRetriable("OffsetFetch", error);
              cluster.later(() -> reconcile(ofRound));
            }
          });
    }
  }

  private void commit(int ofRound) {
    if (ofRound != round) {
      return;
    }
    consumption.commit(
        new Membership(id, epoch),
        error -> {
          if (ofRound == round) {
            checkRetriable("OffsetCommit", error);
            cluster.loop().schedule(BEAT_NANOS, () -> commit(ofRound));
          }
        });
  }

  /// A stale epoch is followed by a heartbeat that says more.
  private void checkRetriable(String what, Errors error) {
    switch (error) {
      case NONE,
          NETWORK_EXCEPTION,
          UNKNOWN_MEMBER_ID,
          STALE_MEMBER_EPOCH,
          UNSTABLE_OFFSET_COMMIT -> {}
      default -> {
        if (!coordinator.isGone(error)) {
          throw new InvariantBroken(
              "EveryRequestAnswered", cluster.name() + " was refused: " + what + " " + error);
        }
      }
    }
  }
}
