package io.millrace.replication;

import io.millrace.metadata.controller.ControllerChannel;
import io.millrace.metadata.controller.ControllerReply;
import io.millrace.runtime.EventLoop;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData.BrokerState;
import org.apache.kafka.common.message.AlterPartitionRequestData.TopicData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.metadata.LeaderRecoveryState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries the leaders' [IsrProposal]s to the controller (AlterPartition). They gather while one
/// request is under way; what is not answered is asked again, as it was.
///
/// An answer only says what did not happen: a change counts when the metadata has it. Lives on its
/// loop.
final class IsrReports {

  private static final Logger LOG = LoggerFactory.getLogger(IsrReports.class);
  private static final long RETRY_NANOS = 50_000_000L;

  /// Of one request: the controller answers it while heartbeats wait, and takes no more than 10,000
  /// records of one request.
  static final int MOST_PARTITIONS = 1_000;

  private final int brokerId;
  private final LongSupplier brokerEpoch;
  private final ControllerChannel controller;
  private final EventLoop loop;
  private final Set<Partition> waiting = new LinkedHashSet<>();
  private boolean busy;

  /// A partition as answers name it.
  private record Key(Uuid topicId, int index) {}

  /// What was asked for one partition.
  private record Asked(Partition partition, IsrProposal proposal) {}

  IsrReports(int brokerId, LongSupplier brokerEpoch, ControllerChannel controller, EventLoop loop) {
    this.brokerId = brokerId;
    this.brokerEpoch = brokerEpoch;
    this.controller = controller;
    this.loop = loop;
  }

  /// Any thread.
  void onProposal(Partition partition) {
    loop.execute(() -> {
      waiting.add(partition);
      send();
    });
  }

  private void send() {
    if (busy || waiting.isEmpty()) {
      return;
    }
    long epoch = brokerEpoch.getAsLong();
    if (epoch < 0) {
      busy = true;
      later();
      return;
    }
    Map<Key, Asked> asked = new LinkedHashMap<>();
    Iterator<Partition> next = waiting.iterator();
    while (next.hasNext() && asked.size() < MOST_PARTITIONS) {
      Partition partition = next.next();
      next.remove();
      IsrProposal proposal = partition.proposal();
      if (proposal != null) {
        asked.put(
            new Key(partition.id().topicId(), partition.id().partition()),
            new Asked(partition, proposal));
      }
    }
    if (asked.isEmpty()) {
      return;
    }
    busy = true;
    say(asked);
    controller.send(
        request(asked, epoch),
        ApiKeys.ALTER_PARTITION.latestVersion(),
        loop,
        reply -> onReply(asked, reply));
  }

  /// One line a request: a broker that comes back joins thousands of partitions at once, and each
  /// of them has its own at DEBUG.
  private static void say(Map<Key, Asked> asked) {
    Asked first = asked.values().iterator().next();
    LOG.info(
        "{} {} to change who is in sync, first {} to {}",
        asked.size(),
        asked.size() == 1 ? "partition" : "partitions",
        first.partition(),
        first.proposal().isr().stream().map(IsrProposal.Member::brokerId).toList());
  }

  private AlterPartitionRequestData request(Map<Key, Asked> asked, long epoch) {
    Map<Uuid, TopicData> topics = new LinkedHashMap<>();
    asked.forEach((id, change) ->
        topics
            .computeIfAbsent(id.topicId(), topicId -> new TopicData().setTopicId(topicId))
            .partitions()
            .add(partitionData(id.index(), change.proposal(), epoch)));
    return new AlterPartitionRequestData()
        .setBrokerId(brokerId)
        .setBrokerEpoch(epoch)
        .setTopics(new ArrayList<>(topics.values()));
  }

  private AlterPartitionRequestData.PartitionData partitionData(
      int index, IsrProposal proposal, long epoch) {
    List<BrokerState> isr = new ArrayList<>();
    for (IsrProposal.Member member : proposal.isr()) {
      isr.add(
          new BrokerState()
              .setBrokerId(member.brokerId())
              .setBrokerEpoch(member.brokerId() == brokerId ? epoch : member.brokerEpoch()));
    }
    return new AlterPartitionRequestData.PartitionData()
        .setPartitionIndex(index)
        .setLeaderEpoch(proposal.leaderEpoch())
        .setPartitionEpoch(proposal.partitionEpoch())
        .setLeaderRecoveryState(LeaderRecoveryState.RECOVERED.value())
        .setNewIsrWithEpochs(isr);
  }

  private void onReply(Map<Key, Asked> asked, ControllerReply reply) {
    if (reply instanceof ControllerReply.Unanswered unanswered) {
      LOG.warn("AlterPartition not answered, will repeat: {}", unanswered.reason());
    } else if (reply instanceof ControllerReply.Answered answered) {
      if (answered.response() instanceof AlterPartitionResponseData response
          && response.errorCode() == Errors.NONE.code()) {
        take(asked, response);
      } else {
        LOG.warn("AlterPartition refused, will repeat: {}", answered.response());
      }
    }
    if (asked.isEmpty()) {
      busy = false;
      send();
    } else {
      asked.values().forEach(change -> waiting.add(change.partition()));
      later();
    }
  }

  private void later() {
    loop.schedule(
        RETRY_NANOS,
        () -> {
          busy = false;
          send();
        });
  }

  /// Removes from `asked` what need not be asked again.
  private void take(Map<Key, Asked> asked, AlterPartitionResponseData response) {
    Map<Errors, Integer> refusals = new EnumMap<>(Errors.class);
    for (AlterPartitionResponseData.TopicData topic : response.topics()) {
      for (AlterPartitionResponseData.PartitionData partition : topic.partitions()) {
        Key key = new Key(topic.topicId(), partition.partitionIndex());
        Asked change = asked.get(key);
        Errors error = Errors.forCode(partition.errorCode());
        if (error != Errors.NONE) {
          refusals.merge(error, 1, Integer::sum);
        }
        if (change != null && settled(change, error)) {
          asked.remove(key);
        }
      }
    }
    if (!refusals.isEmpty()) {
      LOG.info("not changed: {}", refusals);
    }
  }

  private static boolean settled(Asked asked, Errors error) {
    return switch (error) {
      case NONE -> true;
      // The partition epoch was right, so no controller has applied it or ever will.
      case OPERATION_NOT_ATTEMPTED, INELIGIBLE_REPLICA -> {
        LOG.debug(
            "{}: the controller does not take {}: {}", asked.partition, asked.proposal, error);
        asked.partition.onRejected(asked.proposal);
        yield true;
      }
      // Newer metadata is on its way; until it comes nobody knows whether the change was applied.
      case UNKNOWN_TOPIC_OR_PARTITION,
          UNKNOWN_TOPIC_ID,
          FENCED_LEADER_EPOCH,
          INVALID_UPDATE_VERSION,
          INVALID_REQUEST,
          NEW_LEADER_ELECTED -> {
        LOG.debug("{}: {} for {}", asked.partition, error, asked.proposal);
        yield true;
      }
      default -> {
        LOG.warn("{}: {} for {}, will repeat", asked.partition, error, asked.proposal);
        yield false;
      }
    };
  }
}
