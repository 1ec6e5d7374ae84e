package io.millrace.server.api.controller;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.ControllerRegistrationRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.controller.ResultOrError;
import org.apache.kafka.metadata.BrokerHeartbeatReply;
import org.apache.kafka.metadata.BrokerRegistrationReply;

/// A controller that knows topics by name and agrees to everything. Calls are written down in
/// [#asked], one line each.
public final class FakeController extends SilentController {

  public final Map<String, Uuid> topics = new TreeMap<>();
  public final java.util.ArrayList<String> asked = new java.util.ArrayList<>();

  /// So many calls of createTopics fail with NOT_CONTROLLER before one succeeds.
  public int notActiveFor;

  /// So often it says that it is not active before it is.
  public int inactiveFor;

  /// So many calls of createTopics make the topics and fail with NOT_CONTROLLER, as when a
  /// controller is deposed before it sees its records committed.
  public int deposedFor;

  public void has(String name, Uuid id) {
    topics.put(name, id);
  }

  @Override
  public CompletableFuture<CreateTopicsResponseData> createTopics(
      ControllerRequestContext context,
      CreateTopicsRequestData request,
      Set<String> describable,
      boolean forwarded) {
    if (notActiveFor-- > 0) {
      return CompletableFuture.failedFuture(new NotControllerException("not active"));
    }
    CreateTopicsResponseData response = new CreateTopicsResponseData();
    request
        .topics()
        .forEach(topic -> {
          asked.add(
              "create "
                  + topic.name()
                  + " x"
                  + topic.numPartitions()
                  + " rf"
                  + topic.replicationFactor());
          CreatableTopicResult result = new CreatableTopicResult().setName(topic.name());
          if (topics.containsKey(topic.name())) {
            result.setErrorCode(Errors.TOPIC_ALREADY_EXISTS.code());
          } else {
            Uuid id = new Uuid(1, topics.size() + 1);
            topics.put(topic.name(), id);
            result.setTopicId(id).setNumPartitions(1).setReplicationFactor((short) 1);
          }
          response.topics().mustAdd(result);
        });
    return deposedFor-- > 0
        ? CompletableFuture.failedFuture(new NotControllerException("deposed"))
        : CompletableFuture.completedFuture(response);
  }

  @Override
  public int curClaimEpoch() {
    return inactiveFor-- > 0 ? -1 : 1;
  }

  @Override
  public CompletableFuture<Map<String, ResultOrError<Uuid>>> findTopicIds(
      ControllerRequestContext context, Collection<String> names) {
    Map<String, ResultOrError<Uuid>> found = new LinkedHashMap<>();
    for (String name : names) {
      Uuid id = topics.get(name);
      found.put(
          name,
          id == null
              ? new ResultOrError<>(new ApiError(Errors.UNKNOWN_TOPIC_OR_PARTITION))
              : new ResultOrError<>(id));
    }
    return CompletableFuture.completedFuture(found);
  }

  @Override
  public CompletableFuture<Map<Uuid, ResultOrError<String>>> findTopicNames(
      ControllerRequestContext context, Collection<Uuid> ids) {
    Map<Uuid, ResultOrError<String>> found = new LinkedHashMap<>();
    for (Uuid id : ids) {
      found.put(id, new ResultOrError<>(new ApiError(Errors.UNKNOWN_TOPIC_ID)));
      topics.forEach((name, known) -> {
        if (known.equals(id)) {
          found.put(id, new ResultOrError<>(name));
        }
      });
    }
    return CompletableFuture.completedFuture(found);
  }

  @Override
  public CompletableFuture<Map<Uuid, ApiError>> deleteTopics(
      ControllerRequestContext context, Collection<Uuid> ids) {
    Map<Uuid, ApiError> results = new LinkedHashMap<>();
    for (Uuid id : ids) {
      asked.add("delete " + id);
      topics.values().remove(id);
      results.put(id, ApiError.NONE);
    }
    return CompletableFuture.completedFuture(results);
  }

  @Override
  public CompletableFuture<List<CreatePartitionsTopicResult>> createPartitions(
      ControllerRequestContext context, List<CreatePartitionsTopic> wanted, boolean validateOnly) {
    return CompletableFuture.completedFuture(
        wanted.stream()
            .map(topic -> new CreatePartitionsTopicResult().setName(topic.name()))
            .toList());
  }

  @Override
  public CompletableFuture<Map<ConfigResource, ApiError>> incrementalAlterConfigs(
      ControllerRequestContext context,
      Map<ConfigResource, Map<String, Map.Entry<AlterConfigOp.OpType, String>>> changes,
      boolean validateOnly,
      boolean forwarded) {
    return agreed(changes.keySet());
  }

  @Override
  public CompletableFuture<Map<ConfigResource, ApiError>> legacyAlterConfigs(
      ControllerRequestContext context,
      Map<ConfigResource, Map<String, String>> configs,
      boolean validateOnly,
      boolean forwarded) {
    return agreed(configs.keySet());
  }

  private CompletableFuture<Map<ConfigResource, ApiError>> agreed(Set<ConfigResource> resources) {
    Map<ConfigResource, ApiError> results = new LinkedHashMap<>();
    for (ConfigResource resource : resources) {
      asked.add("alter " + resource.type() + " " + resource.name());
      results.put(resource, ApiError.NONE);
    }
    return CompletableFuture.completedFuture(results);
  }

  @Override
  public CompletableFuture<ElectLeadersResponseData> electLeaders(
      ControllerRequestContext context, ElectLeadersRequestData request) {
    return CompletableFuture.completedFuture(new ElectLeadersResponseData());
  }

  @Override
  public CompletableFuture<AlterPartitionReassignmentsResponseData> alterPartitionReassignments(
      ControllerRequestContext context, AlterPartitionReassignmentsRequestData request) {
    request
        .topics()
        .forEach(topic ->
            topic
                .partitions()
                .forEach(partition ->
                    asked.add(
                        "reassign "
                            + topic.name()
                            + "-"
                            + partition.partitionIndex()
                            + " to "
                            + partition.replicas())));
    return CompletableFuture.completedFuture(new AlterPartitionReassignmentsResponseData());
  }

  @Override
  public CompletableFuture<ListPartitionReassignmentsResponseData> listPartitionReassignments(
      ControllerRequestContext context, ListPartitionReassignmentsRequestData request) {
    asked.add("list reassignments");
    return CompletableFuture.completedFuture(new ListPartitionReassignmentsResponseData());
  }

  @Override
  public CompletableFuture<UpdateFeaturesResponseData> updateFeatures(
      ControllerRequestContext context, UpdateFeaturesRequestData request) {
    return CompletableFuture.completedFuture(new UpdateFeaturesResponseData());
  }

  @Override
  public CompletableFuture<Void> unregisterBroker(ControllerRequestContext context, int broker) {
    asked.add("unregister " + broker);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<BrokerRegistrationReply> registerBroker(
      ControllerRequestContext context, BrokerRegistrationRequestData request) {
    return CompletableFuture.completedFuture(new BrokerRegistrationReply(7));
  }

  @Override
  public CompletableFuture<BrokerHeartbeatReply> processBrokerHeartbeat(
      ControllerRequestContext context, BrokerHeartbeatRequestData request) {
    return CompletableFuture.completedFuture(new BrokerHeartbeatReply(true, false, false, false));
  }

  @Override
  public CompletableFuture<AlterPartitionResponseData> alterPartition(
      ControllerRequestContext context, AlterPartitionRequestData request) {
    return CompletableFuture.completedFuture(new AlterPartitionResponseData());
  }

  @Override
  public CompletableFuture<AllocateProducerIdsResponseData> allocateProducerIds(
      ControllerRequestContext context, AllocateProducerIdsRequestData request) {
    return CompletableFuture.completedFuture(
        new AllocateProducerIdsResponseData().setProducerIdStart(0).setProducerIdLen(1000));
  }

  @Override
  public CompletableFuture<AssignReplicasToDirsResponseData> assignReplicasToDirs(
      ControllerRequestContext context, AssignReplicasToDirsRequestData request) {
    return CompletableFuture.completedFuture(new AssignReplicasToDirsResponseData());
  }

  @Override
  public CompletableFuture<Void> registerController(
      ControllerRequestContext context, ControllerRegistrationRequestData request) {
    return CompletableFuture.completedFuture(null);
  }
}
