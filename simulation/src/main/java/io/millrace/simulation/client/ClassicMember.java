package io.millrace.simulation.client;

import io.millrace.simulation.audit.GroupLedger;
import io.millrace.simulation.audit.InvariantBroken;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/// A member by the classic protocol, with eager rebalancing: out → joining → syncing → looking up
/// offsets → stable, and back to joining whenever the group rebalances. The group's leader gives
/// the partitions out in turn.
final class ClassicMember implements GroupMember {

  private static final int SESSION_MS = 3_000;
  private static final int REBALANCE_MS = 3_000;
  private static final long JOIN_NANOS = 8_000_000_000L;
  private static final long REQUEST_NANOS = 3_000_000_000L;
  private static final long BEAT_NANOS = 400_000_000L;
  private static final String STRATEGY = "in-turn";
  private static final Membership NOBODY = new Membership("", -1);

  private final ClusterClient cluster;
  private final CoordinatorLink coordinator;
  private final Consumption consumption;
  private final PartitionReader reader;
  private final GroupLedger ledger;
  private final String group;
  private final String topic;
  private Membership member = NOBODY;
  private boolean in;
  private boolean stable;

  /// Counts joins and departures: what was asked before is of no interest after.
  private int round;

  ClassicMember(
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
    member = NOBODY;
    reader.start();
    rejoin();
  }

  @Override
  public void leave() {
    Membership leaving = member;
    consumption.commit(
        leaving,
        _ ->
            ask(
                ApiKeys.LEAVE_GROUP,
                new LeaveGroupRequestData()
                    .setGroupId(group)
                    .setMembers(
                        List.of(
                            new LeaveGroupRequestData.MemberIdentity()
                                .setMemberId(leaving.id())))));
    vanish();
  }

  private void ask(ApiKeys api, ApiMessage request) {
    coordinator.send(api, request, REQUEST_NANOS, _ -> {});
  }

  @Override
  public void vanish() {
    round++;
    in = false;
    stable = false;
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
    return stable && reader.isAtEnd() && consumption.isEverythingCommitted();
  }

  @Override
  public long requests() {
    return coordinator.requests() + reader.requests();
  }

  @Override
  public String toString() {
    return String.format(
        "%s %s as '%s' in generation %d, reads %s, last answer %s",
        cluster.name(),
        !in ? "out" : stable ? "stable" : "rebalancing",
        member.id(),
        member.generation(),
        reader,
        coordinator);
  }

  // Joining.

  private void rejoin() {
    round++;
    stable = false;
    consumption.giveUpAll();
    cluster.refresh(List.of(topic), _ -> {});
    int asked = round;
    JoinGroupRequestData.JoinGroupRequestProtocolCollection protocols =
        new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
    protocols.add(
        new JoinGroupRequestData.JoinGroupRequestProtocol()
            .setName(STRATEGY)
            .setMetadata(
                Utils.toArray(
                    ConsumerProtocol.serializeSubscription(
                        new ConsumerPartitionAssignor.Subscription(List.of(topic))))));
    JoinGroupRequestData request =
        new JoinGroupRequestData()
            .setGroupId(group)
            .setSessionTimeoutMs(SESSION_MS)
            .setRebalanceTimeoutMs(REBALANCE_MS)
            .setMemberId(member.id())
            .setProtocolType(ConsumerProtocol.PROTOCOL_TYPE)
            .setProtocols(protocols);
    coordinator.send(
        ApiKeys.JOIN_GROUP,
        request,
        JOIN_NANOS,
        answer -> {
          if (asked == round) {
            onJoined(answer);
          }
        });
  }

  private void onJoined(@Nullable ApiMessage answer) {
    if (!(answer instanceof JoinGroupResponseData joined)) {
      rejoinLater();
      return;
    }
    Errors error = Errors.forCode(joined.errorCode());
    switch (error) {
      case NONE -> {
        member = new Membership(joined.memberId(), joined.generationId());
        sync(joined);
      }
      case MEMBER_ID_REQUIRED -> {
        member = new Membership(joined.memberId(), -1);
        rejoin();
      }
      default -> recover("JoinGroup", error);
    }
  }

  private void sync(JoinGroupResponseData joined) {
    int asked = round;
    SyncGroupRequestData request =
        new SyncGroupRequestData()
            .setGroupId(group)
            .setMemberId(member.id())
            .setGenerationId(member.generation())
            .setProtocolType(joined.protocolType())
            .setProtocolName(joined.protocolName())
            .setAssignments(joined.leader().equals(joined.memberId()) ? assign(joined) : List.of());
    coordinator.send(
        ApiKeys.SYNC_GROUP,
        request,
        JOIN_NANOS,
        answer -> {
          if (asked == round) {
            onSynced(answer);
          }
        });
  }

  private List<SyncGroupRequestData.SyncGroupRequestAssignment> assign(
      JoinGroupResponseData joined) {
    Map<String, List<TopicPartition>> shares = new TreeMap<>();
    joined.members().forEach(one -> shares.put(one.memberId(), new ArrayList<>()));
    List<List<TopicPartition>> turns = List.copyOf(shares.values());
    for (int i = 0; i < cluster.partitions(topic); i++) {
      turns.get(i % turns.size()).add(new TopicPartition(topic, i));
    }
    List<SyncGroupRequestData.SyncGroupRequestAssignment> assignments = new ArrayList<>();
    shares.forEach((id, share) ->
        assignments.add(
            new SyncGroupRequestData.SyncGroupRequestAssignment()
                .setMemberId(id)
                .setAssignment(
                    Utils.toArray(
                        ConsumerProtocol.serializeAssignment(
                            new ConsumerPartitionAssignor.Assignment(share))))));
    return assignments;
  }

  private void onSynced(@Nullable ApiMessage answer) {
    if (!(answer instanceof SyncGroupResponseData synced)) {
      rejoinLater();
      return;
    }
    Errors error = Errors.forCode(synced.errorCode());
    if (error != Errors.NONE) {
      recover("SyncGroup", error);
      return;
    }
    TreeSet<TopicPartition> share = new TreeSet<>(Requests.BY_NAME);
    share.addAll(
        ConsumerProtocol.deserializeAssignment(ByteBuffer.wrap(synced.assignment())).partitions());
    share.forEach(partition -> ledger.owned(member.id(), member.generation(), partition));
    beat(round);
    take(share);
  }

  private void take(TreeSet<TopicPartition> share) {
    int asked = round;
    consumption.take(
        share,
        member,
        error -> {
          if (asked != round) {
            consumption.giveUpAll();
          } else if (error == Errors.NONE) {
            stable = true;
            commit(asked);
          } else if (error == Errors.NETWORK_EXCEPTION
              || error == Errors.UNSTABLE_OFFSET_COMMIT
              || coordinator.isGone(error)) {
            cluster.later(() -> {
              if (asked == round) {
                take(share);
              }
            });
          } else {
            recover("OffsetFetch", error);
          }
        });
  }

  // Being a member.

  private void beat(int ofRound) {
    if (ofRound != round) {
      return;
    }
    HeartbeatRequestData request =
        new HeartbeatRequestData()
            .setGroupId(group)
            .setMemberId(member.id())
            .setGenerationId(member.generation());
    coordinator.send(
        ApiKeys.HEARTBEAT,
        request,
        REQUEST_NANOS,
        answer -> {
          if (ofRound != round) {
            return;
          }
          Errors error =
              answer instanceof HeartbeatResponseData data
                  ? Errors.forCode(data.errorCode())
                  : Errors.NETWORK_EXCEPTION;
          switch (error) {
            case NONE, NETWORK_EXCEPTION -> {}
            case REBALANCE_IN_PROGRESS -> {
              // Eager: what was read is committed, then everything is given up.
              consumption.commit(
                  member,
                  _ -> {
                    if (ofRound == round) {
                      rejoin();
                    }
                  });
              return;
            }
            default -> {
              if (!coordinator.isGone(error)) {
                recover("Heartbeat", error);
                return;
              }
            }
          }
          cluster.loop().schedule(BEAT_NANOS, () -> beat(ofRound));
        });
  }

  private void commit(int ofRound) {
    if (ofRound != round) {
      return;
    }
    consumption.commit(
        member,
        error -> {
          if (ofRound != round) {
            return;
          }
          if (error == Errors.NONE
              || error == Errors.NETWORK_EXCEPTION
              || error == Errors.REBALANCE_IN_PROGRESS
              || coordinator.isGone(error)) {
            cluster.loop().schedule(BEAT_NANOS, () -> commit(ofRound));
          } else {
            recover("OffsetCommit", error);
          }
        });
  }

  private void recover(String what, Errors error) {
    switch (error) {
      case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, FENCED_INSTANCE_ID -> {
        if (error == Errors.UNKNOWN_MEMBER_ID) {
          member = NOBODY;
        }
        rejoinLater();
      }
      case REBALANCE_IN_PROGRESS -> rejoinLater();
      default -> {
        if (!coordinator.isGone(error)) {
          throw new InvariantBroken(
              "EveryRequestAnswered", cluster.name() + " was refused: " + what + " " + error);
        }
        rejoinLater();
      }
    }
  }

  private void rejoinLater() {
    round++;
    stable = false;
    consumption.giveUpAll();
    int asked = round;
    cluster.later(() -> {
      if (asked == round) {
        rejoin();
      }
    });
  }
}
