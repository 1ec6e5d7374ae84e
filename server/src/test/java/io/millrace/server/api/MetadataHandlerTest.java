package io.millrace.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.request.ApiCaller;
import io.millrace.server.request.Request.ListenerRole;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class MetadataHandlerTest {

  private static final Uuid EVENTS = new Uuid(1, 1);

  private final TestCluster cluster = cluster(Map.of(), Authorization.ALLOW_ALL);

  private static TestCluster cluster(Map<String, String> config, Authorization authorization) {
    return new TestCluster(config, authorization)
        .withBroker(1, false)
        .withBroker(2, true)
        .withTopic("events", EVENTS, 3);
  }

  private static MetadataRequestData topics(String... names) {
    return new MetadataRequestData()
        .setTopics(
            Arrays.stream(names).map(name -> new MetadataRequestTopic().setName(name)).toList());
  }

  private static MetadataResponseData ask(
      TestCluster cluster, int version, MetadataRequestData body) {
    return ApiCaller.ofBroker()
        .ask(cluster.broker, ApiKeys.METADATA, version, body, MetadataResponseData.class);
  }

  @Test
  void tellsOfBrokersTopicsAndLeaders() {
    MetadataResponseData answer = ask(cluster, 13, topics("events"));

    assertThat(answer.clusterId()).isEqualTo(TestCluster.CLUSTER_ID);
    assertThat(answer.controllerId()).isEqualTo(1);
    assertThat(answer.brokers()).extracting(MetadataResponseBroker::nodeId).containsExactly(1);
    MetadataResponseTopic topic = answer.topics().find("events");
    assertThat(topic.topicId()).isEqualTo(EVENTS);
    assertThat(topic.partitions())
        .hasSize(3)
        .allSatisfy(partition -> {
          assertThat(partition.leaderId()).isEqualTo(1);
          assertThat(partition.leaderEpoch()).isEqualTo(3);
          assertThat(partition.isrNodes()).containsExactly(1);
          assertThat(partition.offlineReplicas()).isEmpty();
        });
  }

  @Test
  void anEmptyListMeansAllInVersionZeroOnly() {
    assertThat(ask(cluster, 0, topics()).topics()).hasSize(1);
    assertThat(ask(cluster, 1, topics()).topics()).isEmpty();
    assertThat(ask(cluster, 1, new MetadataRequestData().setTopics(null)).topics()).hasSize(1);
  }

  @Test
  void answersByTopicId() {
    MetadataRequestData body =
        new MetadataRequestData()
            .setTopics(
                List.of(
                    new MetadataRequestTopic().setName(null).setTopicId(EVENTS),
                    new MetadataRequestTopic().setName(null).setTopicId(new Uuid(5, 5))));

    MetadataResponseData answer = ask(cluster, 12, body);

    assertThat(answer.topics())
        .extracting(MetadataResponseTopic::errorCode)
        .containsExactly(Errors.UNKNOWN_TOPIC_ID.code(), Errors.NONE.code());
    assertThat(answer.topics().find("events").partitions()).hasSize(3);
  }

  @Test
  void topicIdsAreRefusedBeforeTheyWereKnown() {
    MetadataRequestData body =
        new MetadataRequestData()
            .setTopics(List.of(new MetadataRequestTopic().setName("a").setTopicId(EVENTS)));

    assertThat(ask(cluster, 11, body).topics().find("a").errorCode())
        .isEqualTo(Errors.INVALID_REQUEST.code());
  }

  @Test
  void makesMissingTopicsThroughTheController() {
    MetadataResponseData answer = ask(cluster, 13, topics("events", "fresh"));

    assertThat(answer.topics().find("fresh").errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(cluster.controller.asked).containsExactly("create fresh x-1 rf-1");
  }

  @Test
  void makesNothingWhereNodeOrClientDoesNotWantIt() {
    ask(cluster, 13, topics("fresh").setAllowAutoTopicCreation(false));
    assertThat(cluster.controller.asked).isEmpty();

    TestCluster without =
        cluster(Map.of("auto.create.topics.enable", "false"), Authorization.ALLOW_ALL);
    MetadataResponseData answer = ask(without, 13, topics("fresh", "not a name"));
    assertThat(without.controller.asked).isEmpty();
    assertThat(answer.topics().find("fresh").errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(answer.topics().find("not a name").errorCode())
        .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
  }

  @Test
  void internalTopicsGetAsManyReplicasAsThereAreBrokers() {
    ask(cluster, 13, topics("__consumer_offsets"));
    assertThat(cluster.controller.asked).containsExactly("create __consumer_offsets x50 rf2");

    TestCluster set =
        cluster(Map.of("offsets.topic.replication.factor", "1"), Authorization.ALLOW_ALL);
    ask(set, 13, topics("__consumer_offsets"));
    assertThat(set.controller.asked).containsExactly("create __consumer_offsets x50 rf1");
  }

  @Test
  void hidesTopicsFromThoseWhoMayNotSeeThem() {
    TestCluster guarded =
        cluster(Map.of(), (_, operation, _, _) -> operation != AclOperation.DESCRIBE);

    assertThat(ask(guarded, 13, new MetadataRequestData().setTopics(null)).topics()).isEmpty();
    MetadataResponseTopic hidden = ask(guarded, 13, topics("events")).topics().find("events");
    assertThat(hidden.errorCode()).isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED.code());
    assertThat(hidden.topicId()).isEqualTo(Uuid.ZERO_UUID);
  }

  @Test
  void reportsAListenerThatTheLeaderLacks() {
    ApiCaller client = new ApiCaller("OTHER", ListenerRole.BROKER);
    for (int version : new int[] {5, 6}) {
      MetadataResponsePartition partition =
          client
              .ask(
                  cluster.broker,
                  ApiKeys.METADATA,
                  version,
                  topics("events"),
                  MetadataResponseData.class)
              .topics()
              .find("events")
              .partitions()
              .getFirst();
      assertThat(Errors.forCode(partition.errorCode()))
          .isEqualTo(version < 6 ? Errors.LEADER_NOT_AVAILABLE : Errors.LISTENER_NOT_FOUND);
    }
  }

  @Test
  void tellsAuthorizedOperationsWhereAsked() {
    MetadataRequestData body =
        topics("events")
            .setIncludeTopicAuthorizedOperations(true)
            .setIncludeClusterAuthorizedOperations(true);

    MetadataResponseData answer = ask(cluster, 10, body);

    assertThat(answer.clusterAuthorizedOperations()).isGreaterThan(0);
    assertThat(answer.topics().find("events").topicAuthorizedOperations()).isGreaterThan(0);
  }
}
