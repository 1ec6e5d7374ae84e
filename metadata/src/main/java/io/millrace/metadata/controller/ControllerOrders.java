package io.millrace.metadata.controller;

import io.millrace.metadata.balance.BalanceOrders;
import io.millrace.metadata.balance.Plan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.config.QuotaConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries out what the balancer decides, as an administrator would: by a reassignment, and by
/// election of preferred leaders. Any thread; answers come on the controller's.
///
/// What is copied is limited where the operator limits copying: the replicas that will be copied
/// are named in their topic's `*.replication.throttled.replicas` first, so that
/// `leader.replication.throttled.rate` and `follower.replication.throttled.rate` of the brokers are
/// in force for them. They stay named, since the names mean nothing to a replica that is in sync.
public final class ControllerOrders implements BalanceOrders {

  private static final Logger LOG = LoggerFactory.getLogger(ControllerOrders.class);

  private static final int TIMEOUT_MS = 30_000;

  private static final ControllerRequestContext CONTEXT =
      new ControllerRequestContext(
          new RequestHeaderData().setClientId("balancer"),
          KafkaPrincipal.ANONYMOUS,
          OptionalLong.empty());

  private final Controller controller;
  private final Reassignments reassignments;

  public ControllerOrders(Controller controller, Reassignments reassignments) {
    this.controller = controller;
    this.reassignments = reassignments;
  }

  @Override
  public void move(List<Plan.Change> changes, MetadataImage image) {
    Map<ConfigResource, Map<String, Map.Entry<OpType, String>>> limits = limits(changes, image);
    CompletableFuture<?> limited =
        limits.isEmpty()
            ? CompletableFuture.completedFuture(null)
            : controller.incrementalAlterConfigs(CONTEXT, limits, false, false);
    limited
        .thenCompose(_ -> reassignments.alter(CONTEXT, request(changes)))
        .whenComplete((answer, failure) -> {
          if (failure != null) {
            LOG.info("Balancer: the controller refuses: {}", failure.toString());
          } else {
            answer.responses().forEach(ControllerOrders::tellRefusal);
          }
        });
  }

  private static void tellRefusal(
      AlterPartitionReassignmentsResponseData.ReassignableTopicResponse topic) {
    topic.partitions().stream()
        .filter(partition -> partition.errorCode() != Errors.NONE.code())
        .forEach(partition ->
            LOG.info(
                "Balancer: {}-{} is refused: {}",
                topic.name(),
                partition.partitionIndex(),
                partition.errorMessage()));
  }

  private static AlterPartitionReassignmentsRequestData request(List<Plan.Change> changes) {
    Map<String, ReassignableTopic> topics = new TreeMap<>();
    for (Plan.Change change : changes) {
      topics
          .computeIfAbsent(
              change.partition().topic(), name -> new ReassignableTopic().setName(name))
          .partitions()
          .add(
              new ReassignablePartition()
                  .setPartitionIndex(change.partition().partition())
                  .setReplicas(change.to()));
    }
    return new AlterPartitionReassignmentsRequestData()
        .setTimeoutMs(TIMEOUT_MS)
        .setTopics(List.copyOf(topics.values()));
  }

  private static Map<ConfigResource, Map<String, Map.Entry<OpType, String>>> limits(
      List<Plan.Change> changes, MetadataImage image) {
    Map<ConfigResource, Map<String, Map.Entry<OpType, String>>> limits = new LinkedHashMap<>();
    for (Plan.Change change : changes) {
      if (change.copies() > 0) {
        List<Integer> comers =
            change.to().stream().filter(id -> !change.from().contains(id)).toList();
        name(
            limits,
            image,
            change,
            QuotaConfig.LEADER_REPLICATION_THROTTLED_REPLICAS_CONFIG,
            change.from());
        name(
            limits,
            image,
            change,
            QuotaConfig.FOLLOWER_REPLICATION_THROTTLED_REPLICAS_CONFIG,
            comers);
      }
    }
    return limits;
  }

  private static void name(
      Map<ConfigResource, Map<String, Map.Entry<OpType, String>>> limits,
      MetadataImage image,
      Plan.Change change,
      String key,
      List<Integer> brokers) {
    ConfigResource topic =
        new ConfigResource(ConfigResource.Type.TOPIC, change.partition().topic());
    String before = image.configs().configProperties(topic).getProperty(key, "");
    if (before.contains("*")) {
      return;
    }
    List<String> names =
        brokers.stream().map(id -> change.partition().partition() + ":" + id).toList();
    limits
        .computeIfAbsent(topic, _ -> new LinkedHashMap<>())
        .merge(
            key,
            Map.entry(OpType.APPEND, String.join(",", names)),
            (a, b) -> Map.entry(OpType.APPEND, a.getValue() + "," + b.getValue()));
  }

  @Override
  public void lead(List<TopicPartition> partitions) {
    ElectLeadersRequestData request =
        new ElectLeadersRequestData().setElectionType((byte) 0).setTimeoutMs(TIMEOUT_MS);
    for (TopicPartition partition : partitions) {
      TopicPartitions topic = request.topicPartitions().find(partition.topic());
      if (topic == null) {
        topic = new TopicPartitions().setTopic(partition.topic());
        request.topicPartitions().add(topic);
      }
      topic.partitions().add(partition.partition());
    }
    controller
        .electLeaders(CONTEXT, request)
        .whenComplete((_, failure) -> {
          if (failure != null) {
            LOG.info("Balancer: no preferred leaders: {}", failure.toString());
          }
        });
  }
}
