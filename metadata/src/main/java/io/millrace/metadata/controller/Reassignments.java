package io.millrace.metadata.controller;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;

/// The door to the controller's AlterPartitionReassignments, so that a change of mind takes effect,
/// and to its CreatePartitions, which would copy what is half-way.
///
/// Kafka 4.3.1 (`ReplicationControlManager.changePartitionReassignment`) replaces the replicas that
/// are being added, or removed, only where the new target adds, or removes, some. So a target that
/// takes a replica back while it is still being added leaves it among both, and waits for ever for
/// it to be in sync and gone; a target that keeps a replica which is on its way out loses it all
/// the same. Where a target would be misread like that, what runs is cancelled first; everything
/// else goes to the controller as it is.
///
/// Between the two, the partition has the replicas that it had before; what was copied for a
/// reassignment that is cancelled may be copied again. A reassignment that cannot be cancelled (no
/// former replica is in sync) refuses its successor, too.
///
/// Who is to become a replica again is no eligible leader any more
/// ([org.apache.kafka.controller.EligibleLeaders]): its log begins anew.
///
/// New partitions get as many replicas as the first one has: in Kafka 4.3.1 (`createPartitions`)
/// also those that are about to go, so that a topic of three grew by partitions of four, for good.
/// Such a topic is not grown before its first partition has arrived: REASSIGNMENT_IN_PROGRESS, as
/// Kafka's controllers on ZooKeeper said.
///
/// One request at a time, so that each meets the state that it has seen: the controller looks at
/// the named partitions as they are, not as they were last committed. Any thread; the futures
/// complete on the controller's.
public final class Reassignments {

  private final Controller controller;
  private final StrangersInElr strangers;

  /// The end of the request before, whatever it came to.
  private final AtomicReference<CompletableFuture<?>> last =
      new AtomicReference<>(CompletableFuture.completedFuture(null));

  /// Makes a controller forget eligible leaders that are no replicas.
  @FunctionalInterface
  public interface StrangersInElr {
    CompletableFuture<?> forget(
        ControllerRequestContext context, Collection<TopicPartition> partitions);
  }

  /// @param strangers those of the same controller
  public Reassignments(Controller controller, StrangersInElr strangers) {
    this.controller = controller;
    this.strangers = strangers;
  }

  /// Gives partitions new replicas, or, by null, cancels what runs; answers for each partition.
  public CompletableFuture<AlterPartitionReassignmentsResponseData> alter(
      ControllerRequestContext context, AlterPartitionReassignmentsRequestData request) {
    return inTurn(
        () -> controller.listPartitionReassignments(context, named(request)),
        running -> {
          Set<TopicPartition> misread = misread(request, running);
          return misread.isEmpty()
              ? start(context, request)
              : cancelAndAlter(context, request, misread);
        });
  }

  /// Adds partitions to topics; answers for each topic.
  public CompletableFuture<List<CreatePartitionsTopicResult>> grow(
      ControllerRequestContext context, List<CreatePartitionsTopic> topics, boolean validateOnly) {
    return inTurn(
        () -> controller.listPartitionReassignments(context, firstOf(topics)),
        running -> {
          Set<String> losing = losing(running);
          List<CreatePartitionsTopic> left =
              topics.stream().filter(topic -> !losing.contains(topic.name())).toList();
          return controller
              .createPartitions(context, left, validateOnly)
              .thenApply(results -> {
                List<CreatePartitionsTopicResult> all = new ArrayList<>(results);
                losing.forEach(topic -> all.add(notNow(topic)));
                return all;
              });
        });
  }

  private <T> CompletableFuture<T> inTurn(
      Supplier<CompletableFuture<ListPartitionReassignmentsResponseData>> look,
      Function<ListPartitionReassignmentsResponseData, CompletableFuture<T>> act) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    return last.getAndSet(done)
        .thenCompose(_ -> look.get())
        .thenCompose(act)
        .whenComplete((_, _) -> done.complete(null));
  }

  private static ListPartitionReassignmentsRequestData firstOf(List<CreatePartitionsTopic> topics) {
    return new ListPartitionReassignmentsRequestData()
        .setTopics(
            topics.stream()
                .map(topic ->
                    new ListPartitionReassignmentsTopics()
                        .setName(topic.name())
                        .setPartitionIndexes(List.of(0)))
                .toList());
  }

  private static Set<String> losing(ListPartitionReassignmentsResponseData running) {
    Set<String> names = new LinkedHashSet<>();
    running.topics().stream()
        .filter(topic ->
            topic.partitions().stream()
                .anyMatch(partition -> !partition.removingReplicas().isEmpty()))
        .forEach(topic -> names.add(topic.name()));
    return names;
  }

  private static CreatePartitionsTopicResult notNow(String topic) {
    return new CreatePartitionsTopicResult()
        .setName(topic)
        .setErrorCode(Errors.REASSIGNMENT_IN_PROGRESS.code())
        .setErrorMessage(
            "Partition 0, whose replication factor new partitions get, is being reassigned.");
  }

  private CompletableFuture<AlterPartitionReassignmentsResponseData> start(
      ControllerRequestContext context, AlterPartitionReassignmentsRequestData request) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (ReassignableTopic topic : request.topics()) {
      for (ReassignablePartition partition : topic.partitions()) {
        partitions.add(new TopicPartition(topic.name(), partition.partitionIndex()));
      }
    }
    return strangers
        .forget(context, partitions)
        .thenCompose(_ -> controller.alterPartitionReassignments(context, request));
  }

  private CompletableFuture<AlterPartitionReassignmentsResponseData> cancelAndAlter(
      ControllerRequestContext context,
      AlterPartitionReassignmentsRequestData request,
      Set<TopicPartition> misread) {
    return controller
        .alterPartitionReassignments(context, cancellation(request, misread))
        .thenCompose(answer -> {
          Map<TopicPartition, ReassignablePartitionResponse> refused = refused(answer);
          return start(context, without(request, refused.keySet()))
              .thenApply(outcome -> with(outcome, refused));
        });
  }

  private static ListPartitionReassignmentsRequestData named(
      AlterPartitionReassignmentsRequestData request) {
    return new ListPartitionReassignmentsRequestData()
        .setTopics(
            request.topics().stream()
                .map(topic ->
                    new ListPartitionReassignmentsTopics()
                        .setName(topic.name())
                        .setPartitionIndexes(
                            topic.partitions().stream()
                                .map(ReassignablePartition::partitionIndex)
                                .toList()))
                .toList());
  }

  private static Set<TopicPartition> misread(
      AlterPartitionReassignmentsRequestData request,
      ListPartitionReassignmentsResponseData running) {
    Map<TopicPartition, OngoingPartitionReassignment> moving = new LinkedHashMap<>();
    running
        .topics()
        .forEach(topic ->
            topic
                .partitions()
                .forEach(partition ->
                    moving.put(
                        new TopicPartition(topic.name(), partition.partitionIndex()), partition)));
    Set<TopicPartition> misread = new LinkedHashSet<>();
    for (ReassignableTopic topic : request.topics()) {
      for (ReassignablePartition partition : topic.partitions()) {
        TopicPartition key = new TopicPartition(topic.name(), partition.partitionIndex());
        OngoingPartitionReassignment now = moving.get(key);
        if (now != null && partition.replicas() != null && misreads(now, partition.replicas())) {
          misread.add(key);
        }
      }
    }
    return misread;
  }

  private static boolean misreads(OngoingPartitionReassignment now, List<Integer> target) {
    boolean addsNone = now.replicas().containsAll(target);
    boolean removesNone = target.containsAll(now.replicas());
    return (addsNone && !target.containsAll(now.addingReplicas()))
        || (removesNone && !now.removingReplicas().isEmpty());
  }

  private static AlterPartitionReassignmentsRequestData cancellation(
      AlterPartitionReassignmentsRequestData request, Set<TopicPartition> partitions) {
    AlterPartitionReassignmentsRequestData cancellation = copy(request);
    Map<String, ReassignableTopic> topics = new LinkedHashMap<>();
    for (TopicPartition partition : partitions) {
      topics
          .computeIfAbsent(partition.topic(), name -> new ReassignableTopic().setName(name))
          .partitions()
          .add(
              new ReassignablePartition()
                  .setPartitionIndex(partition.partition())
                  .setReplicas(null));
    }
    return cancellation.setTopics(new ArrayList<>(topics.values()));
  }

  private static AlterPartitionReassignmentsRequestData copy(
      AlterPartitionReassignmentsRequestData request) {
    return new AlterPartitionReassignmentsRequestData()
        .setTimeoutMs(request.timeoutMs())
        .setAllowReplicationFactorChange(request.allowReplicationFactorChange());
  }

  /// Without those that need no cancelling any more: what ran has ended, or the topic is gone.
  private static Map<TopicPartition, ReassignablePartitionResponse> refused(
      AlterPartitionReassignmentsResponseData answer) {
    Map<TopicPartition, ReassignablePartitionResponse> refused = new LinkedHashMap<>();
    for (ReassignableTopicResponse topic : answer.responses()) {
      for (ReassignablePartitionResponse partition : topic.partitions()) {
        switch (Errors.forCode(partition.errorCode())) {
          case NONE, NO_REASSIGNMENT_IN_PROGRESS, UNKNOWN_TOPIC_OR_PARTITION -> {}
          default ->
              refused.put(new TopicPartition(topic.name(), partition.partitionIndex()), partition);
        }
      }
    }
    return refused;
  }

  private static AlterPartitionReassignmentsRequestData without(
      AlterPartitionReassignmentsRequestData request, Collection<TopicPartition> refused) {
    List<ReassignableTopic> topics = new ArrayList<>();
    for (ReassignableTopic topic : request.topics()) {
      List<ReassignablePartition> left =
          topic.partitions().stream()
              .filter(partition ->
                  !refused.contains(new TopicPartition(topic.name(), partition.partitionIndex())))
              .toList();
      topics.add(new ReassignableTopic().setName(topic.name()).setPartitions(left));
    }
    return copy(request).setTopics(topics);
  }

  private static AlterPartitionReassignmentsResponseData with(
      AlterPartitionReassignmentsResponseData outcome,
      Map<TopicPartition, ReassignablePartitionResponse> refused) {
    for (ReassignableTopicResponse topic : outcome.responses()) {
      refused.forEach((partition, answer) -> {
        if (partition.topic().equals(topic.name())) {
          topic.partitions().add(answer);
        }
      });
    }
    return outcome;
  }
}
