package io.millrace.simulation.client;

import io.millrace.simulation.audit.GroupLedger;
import io.millrace.simulation.audit.InvariantBroken;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// What a member does with the partitions that it is given, whatever the group's protocol: finds
/// the committed offsets, reads on from there, commits what it has read.
final class Consumption {

  private static final long TIMEOUT_NANOS = 3_000_000_000L;

  private final ClusterClient cluster;
  private final CoordinatorLink coordinator;
  private final String group;
  private final String topic;
  private final PartitionReader reader;
  private final GroupLedger ledger;
  private final TreeMap<TopicPartition, Held> held = new TreeMap<>(Requests.BY_NAME);

  /// A partition that is read.
  private static final class Held {
    /// In which it was taken.
    final int generation;

    long committed;

    Held(int generation, long committed) {
      this.generation = generation;
      this.committed = committed;
    }
  }

  Consumption(
      ClusterClient cluster,
      CoordinatorLink coordinator,
      String group,
      String topic,
      PartitionReader reader,
      GroupLedger ledger) {
    this.cluster = cluster;
    this.coordinator = coordinator;
    this.group = group;
    this.topic = topic;
    this.reader = reader;
    this.ledger = ledger;
  }

  /// The partitions that are read, in order.
  List<TopicPartition> held() {
    return List.copyOf(held.keySet());
  }

  /// Where nothing was ever read, nothing needs to be committed.
  boolean isEverythingCommitted() {
    return held.entrySet().stream()
        .allMatch(
            entry -> reader.position(entry.getKey()) == Math.max(0, entry.getValue().committed));
  }

  /// Looks up the committed offsets and begins to read.
  ///
  /// @param then gets NONE, or why not; NETWORK_EXCEPTION where there was no answer
  void take(Collection<TopicPartition> partitions, Membership member, Consumer<Errors> then) {
    if (partitions.isEmpty()) {
      then.accept(Errors.NONE);
      return;
    }
    Map<TopicPartition, Long> floors = new TreeMap<>(Requests.BY_NAME);
    List<Integer> indexes = new ArrayList<>();
    for (TopicPartition partition : sorted(partitions)) {
      floors.put(partition, ledger.floor(partition));
      indexes.add(partition.partition());
    }
    OffsetFetchRequestData request =
        new OffsetFetchRequestData()
            .setRequireStable(true)
            .setGroups(
                List.of(
                    new OffsetFetchRequestData.OffsetFetchRequestGroup()
                        .setGroupId(group)
                        .setMemberId(member.id())
                        .setMemberEpoch(member.generation())
                        .setTopics(
                            List.of(
                                new OffsetFetchRequestData.OffsetFetchRequestTopics()
                                    .setTopicId(cluster.topicId(topic))
                                    .setPartitionIndexes(indexes)))));
    coordinator.send(
        ApiKeys.OFFSET_FETCH,
        request,
        TIMEOUT_NANOS,
        answer -> then.accept(onFetched(answer, member.generation(), floors)));
  }

  private static TreeSet<TopicPartition> sorted(Collection<TopicPartition> partitions) {
    TreeSet<TopicPartition> sorted = new TreeSet<>(Requests.BY_NAME);
    sorted.addAll(partitions);
    return sorted;
  }

  private Errors onFetched(
      @Nullable ApiMessage answer, int generation, Map<TopicPartition, Long> floors) {
    if (!(answer instanceof OffsetFetchResponseData data)) {
      return Errors.NETWORK_EXCEPTION;
    }
    Map<TopicPartition, Long> offsets = new TreeMap<>(Requests.BY_NAME);
    for (OffsetFetchResponseData.OffsetFetchResponseGroup of : data.groups()) {
      if (of.errorCode() != Errors.NONE.code()) {
        return Errors.forCode(of.errorCode());
      }
      for (OffsetFetchResponseData.OffsetFetchResponseTopics found : of.topics()) {
        for (OffsetFetchResponseData.OffsetFetchResponsePartitions one : found.partitions()) {
          if (one.errorCode() != Errors.NONE.code()) {
            return Errors.forCode(one.errorCode());
          }
          offsets.put(new TopicPartition(topic, one.partitionIndex()), one.committedOffset());
        }
      }
    }
    floors.forEach((partition, floor) -> {
      Long offset = offsets.get(partition);
      if (offset == null) {
        throw new InvariantBroken(
            "EveryRequestAnswered", "an OffsetFetch answer leaves " + partition + " out");
      }
      ledger.found(cluster.name(), generation, partition, offset, floor);
      held.put(partition, new Held(generation, offset));
      reader.assign(partition, Math.max(0, offset));
    });
    return Errors.NONE;
  }

  /// Commits what was read since the last commit.
  ///
  /// @param then gets NONE, or why not; NETWORK_EXCEPTION where there was no answer
  void commit(Membership member, Consumer<Errors> then) {
    Map<TopicPartition, Long> offsets = new TreeMap<>(Requests.BY_NAME);
    Map<TopicPartition, Held> of = new TreeMap<>(Requests.BY_NAME);
    List<OffsetCommitRequestData.OffsetCommitRequestPartition> partitions = new ArrayList<>();
    held.forEach((partition, known) -> {
      long position = reader.position(partition);
      ledger.seen(partition, position);
      if (position != known.committed && !(position == 0 && known.committed < 0)) {
        offsets.put(partition, position);
        of.put(partition, known);
        ledger.committing(known.generation, partition, position);
        partitions.add(
            new OffsetCommitRequestData.OffsetCommitRequestPartition()
                .setPartitionIndex(partition.partition())
                .setCommittedOffset(position)
                .setCommittedLeaderEpoch(cluster.leaderEpoch(partition)));
      }
    });
    if (offsets.isEmpty()) {
      then.accept(Errors.NONE);
      return;
    }
    OffsetCommitRequestData request =
        new OffsetCommitRequestData()
            .setGroupId(group)
            .setMemberId(member.id())
            .setGenerationIdOrMemberEpoch(member.generation())
            .setTopics(
                List.of(
                    new OffsetCommitRequestData.OffsetCommitRequestTopic()
                        .setTopicId(cluster.topicId(topic))
                        .setPartitions(partitions)));
    coordinator.send(
        ApiKeys.OFFSET_COMMIT,
        request,
        TIMEOUT_NANOS,
        answer -> then.accept(onCommitted(answer, offsets, of)));
  }

  private Errors onCommitted(
      @Nullable ApiMessage answer,
      Map<TopicPartition, Long> offsets,
      Map<TopicPartition, Held> of) {
    if (!(answer instanceof OffsetCommitResponseData data)) {
      return Errors.NETWORK_EXCEPTION;
    }
    Errors first = Errors.NONE;
    for (OffsetCommitResponseData.OffsetCommitResponseTopic found : data.topics()) {
      for (OffsetCommitResponseData.OffsetCommitResponsePartition one : found.partitions()) {
        TopicPartition partition = new TopicPartition(topic, one.partitionIndex());
        Errors error = Errors.forCode(one.errorCode());
        long offset = Requests.present(offsets.get(partition));
        Held known = Requests.present(of.get(partition));
        if (error == Errors.NONE) {
          known.committed = offset;
          ledger.answered(known.generation, partition, offset, true);
        } else {
          first = error;
          // What timed out at the coordinator may be written all the same.
          if (!mayHaveHappened(error)) {
            ledger.answered(known.generation, partition, offset, false);
          }
        }
      }
    }
    return first;
  }

  private static boolean mayHaveHappened(Errors error) {
    return error == Errors.REQUEST_TIMED_OUT
        || error == Errors.NOT_COORDINATOR
        || error == Errors.COORDINATOR_NOT_AVAILABLE;
  }

  /// Stops reading them. What was not committed will be read again by somebody.
  void giveUp(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      if (held.remove(partition) != null) {
        ledger.seen(partition, reader.position(partition));
        reader.revoke(partition);
      }
    }
  }

  void giveUpAll() {
    giveUp(held());
  }
}
