package io.millrace.simulation.client;

import io.millrace.simulation.audit.AdminLedger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse;

/// The requests of an administrator, each about one topic, and what is of interest in the answers.
final class AdminRequests {

  private static final int TIMEOUT_MS = 2_000;
  private static final byte TOPIC = ConfigResource.Type.TOPIC.id();
  private static final byte SET = 0;
  private static final byte PREFERRED = 0;

  private AdminRequests() {}

  static CreateTopicsRequestData create(String name, int partitions, int replicas) {
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
    request
        .topics()
        .add(
            new CreateTopicsRequestData.CreatableTopic()
                .setName(name)
                .setNumPartitions(partitions)
                .setReplicationFactor((short) replicas));
    return request;
  }

  static DeleteTopicsRequestData delete(String name) {
    return new DeleteTopicsRequestData()
        .setTimeoutMs(TIMEOUT_MS)
        .setTopics(List.of(new DeleteTopicsRequestData.DeleteTopicState().setName(name)));
  }

  static CreatePartitionsRequestData grow(String name, int partitions) {
    CreatePartitionsRequestData request =
        new CreatePartitionsRequestData().setTimeoutMs(TIMEOUT_MS);
    request
        .topics()
        .add(
            new CreatePartitionsRequestData.CreatePartitionsTopic()
                .setName(name)
                .setCount(partitions)
                .setAssignments(null));
    return request;
  }

  static IncrementalAlterConfigsRequestData set(String name, String value) {
    IncrementalAlterConfigsRequestData.AlterConfigsResource resource =
        new IncrementalAlterConfigsRequestData.AlterConfigsResource()
            .setResourceType(TOPIC)
            .setResourceName(name);
    resource
        .configs()
        .add(
            new IncrementalAlterConfigsRequestData.AlterableConfig()
                .setName(TopicConfig.RETENTION_MS_CONFIG)
                .setConfigOperation(SET)
                .setValue(value));
    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
    request.resources().add(resource);
    return request;
  }

  static ElectLeadersRequestData elect(String name, int partition) {
    ElectLeadersRequestData request =
        new ElectLeadersRequestData().setElectionType(PREFERRED).setTimeoutMs(TIMEOUT_MS);
    request
        .topicPartitions()
        .add(
            new ElectLeadersRequestData.TopicPartitions()
                .setTopic(name)
                .setPartitions(List.of(partition)));
    return request;
  }

  static AlterPartitionReassignmentsRequestData reassign(
      String name, int partition, List<Integer> replicas) {
    return new AlterPartitionReassignmentsRequestData()
        .setTimeoutMs(TIMEOUT_MS)
        .setTopics(
            List.of(
                new AlterPartitionReassignmentsRequestData.ReassignableTopic()
                    .setName(name)
                    .setPartitions(
                        List.of(
                            new AlterPartitionReassignmentsRequestData.ReassignablePartition()
                                .setPartitionIndex(partition)
                                .setReplicas(replicas)))));
  }

  static MetadataRequestData describe(List<String> names) {
    return new MetadataRequestData()
        .setAllowAutoTopicCreation(false)
        .setTopics(
            names.stream()
                .map(name -> new MetadataRequestData.MetadataRequestTopic().setName(name))
                .toList());
  }

  static DescribeConfigsRequestData describeSettings(List<String> names) {
    return new DescribeConfigsRequestData()
        .setResources(
            names.stream()
                .map(name ->
                    new DescribeConfigsRequestData.DescribeConfigsResource()
                        .setResourceType(TOPIC)
                        .setResourceName(name)
                        .setConfigurationKeys(List.of(TopicConfig.RETENTION_MS_CONFIG)))
                .toList());
  }

  /// The outcome for the one topic that was asked about.
  static Errors error(ApiMessage answer) {
    short code =
        switch (answer) {
          case CreateTopicsResponseData data -> data.topics().iterator().next().errorCode();
          case DeleteTopicsResponseData data -> data.responses().iterator().next().errorCode();
          case CreatePartitionsResponseData data -> data.results().getFirst().errorCode();
          case IncrementalAlterConfigsResponseData data -> data.responses().getFirst().errorCode();
          case ElectLeadersResponseData data ->
              data.replicaElectionResults().isEmpty()
                  ? data.errorCode()
                  : data.replicaElectionResults()
                      .getFirst()
                      .partitionResult()
                      .getFirst()
                      .errorCode();
          case AlterPartitionReassignmentsResponseData data ->
              data.responses().isEmpty()
                  ? data.errorCode()
                  : data.responses().getFirst().partitions().getFirst().errorCode();
          default -> throw new IllegalStateException("not an administrator's: " + answer);
        };
    return Errors.forCode(code);
  }

  static Uuid createdId(ApiMessage answer) {
    return ((CreateTopicsResponseData) answer).topics().iterator().next().topicId();
  }

  /// The topics that are there, by name.
  static Map<String, AdminLedger.Shown> shown(ApiMessage topics, ApiMessage settings) {
    Map<String, String> values = new TreeMap<>();
    for (DescribeConfigsResponseData.DescribeConfigsResult result :
        ((DescribeConfigsResponseData) settings).results()) {
      for (DescribeConfigsResponseData.DescribeConfigsResourceResult config : result.configs()) {
        if (config.configSource() == DescribeConfigsResponse.ConfigSource.TOPIC_CONFIG.id()) {
          values.put(result.resourceName(), config.value());
        }
      }
    }
    Map<String, AdminLedger.Shown> shown = new TreeMap<>();
    for (MetadataResponseData.MetadataResponseTopic topic :
        ((MetadataResponseData) topics).topics()) {
      if (topic.errorCode() == Errors.NONE.code()) {
        shown.put(
            topic.name(),
            new AdminLedger.Shown(
                topic.topicId(), topic.partitions().size(), values.get(topic.name())));
      }
    }
    return shown;
  }
}
