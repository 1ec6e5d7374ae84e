package io.millrace.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.millrace.server.request.ApiCaller;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/// Topics made, enlarged and deleted through a broker by a controller in the same process.
class TopicApisTest {

  private final TestCluster cluster = new TestCluster().withBroker(1, false);

  private CreateTopicsResponseData create(String... names) {
    CreateTopicsRequestData body = new CreateTopicsRequestData().setTimeoutMs(1000);
    for (String name : names) {
      body.topics()
          .add(
              new CreatableTopic()
                  .setName(name)
                  .setNumPartitions(1)
                  .setReplicationFactor((short) 1));
    }
    return ApiCaller.ofBroker()
        .ask(cluster.broker, ApiKeys.CREATE_TOPICS, 7, body, CreateTopicsResponseData.class);
  }

  @Test
  void createsEachTopicOnce() {
    CreateTopicsResponseData answer = create("a", "b", "b", "__cluster_metadata");

    assertThat(answer.topics().find("a").errorCode()).isZero();
    assertThat(answer.topics().find("a").topicId()).isNotEqualTo(Uuid.ZERO_UUID);
    assertThat(answer.topics().find("b").errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(answer.topics().find("__cluster_metadata").errorMessage()).contains("prohibited");
    assertThat(cluster.controller.asked).containsExactly("create a x1 rf1");
  }

  @Test
  void asksAgainWhileNoControllerIsActive() {
    cluster.controller.notActiveFor = 3;

    assertThat(create("a").topics().find("a").errorCode()).isZero();
  }

  private DeleteTopicsResponseData delete(
      TestCluster on, int version, DeleteTopicsRequestData body) {
    return ApiCaller.ofBroker()
        .ask(on.broker, ApiKeys.DELETE_TOPICS, version, body, DeleteTopicsResponseData.class);
  }

  @Test
  void deletesByNameAndById() {
    cluster.controller.has("a", new Uuid(1, 1));
    cluster.controller.has("b", new Uuid(1, 2));
    List<DeleteTopicState> topics =
        List.of(
            new DeleteTopicState().setName("a"),
            new DeleteTopicState().setName(null).setTopicId(new Uuid(1, 2)),
            new DeleteTopicState().setName("none"),
            new DeleteTopicState().setName(null).setTopicId(new Uuid(9, 9)),
            new DeleteTopicState().setName("twice"),
            new DeleteTopicState().setName("twice"),
            new DeleteTopicState().setName("both").setTopicId(new Uuid(1, 3)));

    DeleteTopicsResponseData answer =
        delete(cluster, 6, new DeleteTopicsRequestData().setTopics(topics));

    assertThat(answer.responses())
        .extracting(DeletableTopicResult::name, result -> Errors.forCode(result.errorCode()))
        .containsExactly(
            tuple("a", Errors.NONE),
            tuple("b", Errors.NONE),
            tuple("both", Errors.INVALID_REQUEST),
            tuple("none", Errors.UNKNOWN_TOPIC_OR_PARTITION),
            tuple("twice", Errors.INVALID_REQUEST),
            tuple(null, Errors.UNKNOWN_TOPIC_ID));
    assertThat(cluster.controller.topics).isEmpty();
  }

  @Test
  void aNameAndItsIdTogetherDeleteNothing() {
    cluster.controller.has("a", new Uuid(1, 1));
    List<DeleteTopicState> topics = new ArrayList<>();
    topics.add(new DeleteTopicState().setName("a"));
    topics.add(new DeleteTopicState().setName(null).setTopicId(new Uuid(1, 1)));

    DeleteTopicsResponseData answer =
        delete(cluster, 6, new DeleteTopicsRequestData().setTopics(topics));

    assertThat(answer.responses())
        .extracting(result -> Errors.forCode(result.errorCode()))
        .containsExactly(Errors.INVALID_REQUEST);
    assertThat(cluster.controller.topics).containsKey("a");
  }

  @Test
  void deletionCanBeForbidden() {
    TestCluster without =
        new TestCluster(Map.of("delete.topic.enable", "false"), Authorization.ALLOW_ALL);
    DeleteTopicsRequestData body = new DeleteTopicsRequestData().setTopicNames(List.of("a"));

    assertThat(delete(without, 5, body).responses().find("a").errorCode())
        .isEqualTo(Errors.TOPIC_DELETION_DISABLED.code());
    assertThat(delete(without, 2, body).responses().find("a").errorCode())
        .isEqualTo(Errors.INVALID_REQUEST.code());
  }

  @Test
  void everyTopicToEnlargeGetsAResult() {
    CreatePartitionsRequestData body = new CreatePartitionsRequestData().setTimeoutMs(1000);
    Arrays.asList("a", "b", "b")
        .forEach(name ->
            body.topics()
                .add(new CreatePartitionsTopic().setName(name).setCount(2).setAssignments(null)));

    CreatePartitionsResponseData answer =
        ApiCaller.ofBroker()
            .ask(
                cluster.broker,
                ApiKeys.CREATE_PARTITIONS,
                3,
                body,
                CreatePartitionsResponseData.class);

    assertThat(answer.results())
        .extracting(CreatePartitionsTopicResult::name, result -> Errors.forCode(result.errorCode()))
        .containsExactlyInAnyOrder(tuple("a", Errors.NONE), tuple("b", Errors.INVALID_REQUEST));
  }
}
