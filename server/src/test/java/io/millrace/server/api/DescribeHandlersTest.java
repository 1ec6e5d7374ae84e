package io.millrace.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.request.ApiCaller;
import io.millrace.server.request.Request.ListenerRole;
import java.util.List;
import org.apache.kafka.clients.admin.EndpointType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData.ConfigResource;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class DescribeHandlersTest {

  private final TestCluster cluster =
      new TestCluster()
          .withBroker(1, false)
          .withBroker(2, true)
          .withController(1)
          .withTopic("alpha", new Uuid(1, 1), 3)
          .withTopic("beta", new Uuid(1, 2), 2);

  private DescribeClusterResponseData cluster(
      ApiCaller client, int version, DescribeClusterRequestData body) {
    return client.ask(
        client.role() == ListenerRole.BROKER ? cluster.broker : cluster.controllers,
        ApiKeys.DESCRIBE_CLUSTER,
        version,
        body,
        DescribeClusterResponseData.class);
  }

  @Test
  void brokersAreToldByBrokers() {
    DescribeClusterResponseData answer =
        cluster(ApiCaller.ofBroker(), 2, new DescribeClusterRequestData());
    assertThat(answer.clusterId()).isEqualTo(TestCluster.CLUSTER_ID);
    assertThat(answer.controllerId()).isEqualTo(1);
    assertThat(answer.brokers()).extracting(DescribeClusterBroker::brokerId).containsExactly(1);

    DescribeClusterResponseData all =
        cluster(
            ApiCaller.ofBroker(),
            2,
            new DescribeClusterRequestData().setIncludeFencedBrokers(true));
    assertThat(all.brokers().find(2).isFenced()).isTrue();
  }

  @Test
  void controllersAreToldByControllers() {
    DescribeClusterRequestData body =
        new DescribeClusterRequestData().setEndpointType(EndpointType.CONTROLLER.id());

    DescribeClusterResponseData answer = cluster(ApiCaller.ofController(), 1, body);
    assertThat(answer.brokers().find(1).port()).isEqualTo(9093);
    assertThat(answer.controllerId()).isEqualTo(1);

    assertThat(cluster(ApiCaller.ofBroker(), 1, body).errorCode())
        .isEqualTo(Errors.MISMATCHED_ENDPOINT_TYPE.code());
    assertThat(cluster(ApiCaller.ofBroker(), 1, body.setEndpointType((byte) 9)).errorCode())
        .isEqualTo(Errors.UNSUPPORTED_ENDPOINT_TYPE.code());
  }

  private DescribeTopicPartitionsResponseData partitions(DescribeTopicPartitionsRequestData body) {
    return ApiCaller.ofBroker()
        .ask(
            cluster.broker,
            ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
            0,
            body,
            DescribeTopicPartitionsResponseData.class);
  }

  @Test
  void partitionsComeInPagesWithACursor() {
    DescribeTopicPartitionsRequestData body =
        new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(4);

    DescribeTopicPartitionsResponseData first = partitions(body);
    assertThat(first.topics()).extracting(topic -> topic.partitions().size()).containsExactly(3, 1);
    assertThat(first.nextCursor().topicName()).isEqualTo("beta");
    assertThat(first.nextCursor().partitionIndex()).isEqualTo(1);

    DescribeTopicPartitionsResponseData rest =
        partitions(body.setCursor(new Cursor().setTopicName("beta").setPartitionIndex(1)));
    assertThat(rest.topics())
        .extracting(DescribeTopicPartitionsResponseTopic::name)
        .containsExactly("beta");
    assertThat(rest.nextCursor()).isNull();
  }

  @Test
  void aCursorMustFitTheTopics() {
    DescribeTopicPartitionsResponseData answer =
        partitions(
            new DescribeTopicPartitionsRequestData()
                .setTopics(List.of(new TopicRequest().setName("alpha")))
                .setCursor(new Cursor().setTopicName("beta").setPartitionIndex(0)));

    assertThat(answer.topics().find("alpha").errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
  }

  @Test
  void namesTopicsThatDoNotExist() {
    DescribeTopicPartitionsResponseData answer =
        partitions(
            new DescribeTopicPartitionsRequestData()
                .setTopics(List.of(new TopicRequest().setName("gamma"))));

    assertThat(answer.topics().find("gamma").errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  @Test
  void listsWhatHasAConfiguration() {
    cluster.withConfig(Type.GROUP, "g1", "consumer.session.timeout.ms", "46000");
    cluster.withConfig(Type.CLIENT_METRICS, "m1", "interval.ms", "1000");

    ListConfigResourcesResponseData all = resources(1, new ListConfigResourcesRequestData());
    assertThat(all.configResources())
        .extracting(ConfigResource::resourceName)
        .containsExactly("g1", "m1", "1", "2", "1", "2", "alpha", "beta");

    assertThat(resources(0, new ListConfigResourcesRequestData()).configResources())
        .extracting(ConfigResource::resourceName)
        .containsExactly("m1");
    assertThat(
            resources(1, new ListConfigResourcesRequestData().setResourceTypes(List.of((byte) 99)))
                .errorCode())
        .isEqualTo(Errors.UNSUPPORTED_VERSION.code());
  }

  private ListConfigResourcesResponseData resources(
      int version, ListConfigResourcesRequestData body) {
    return ApiCaller.ofBroker()
        .ask(
            cluster.broker,
            ApiKeys.LIST_CONFIG_RESOURCES,
            version,
            body,
            ListConfigResourcesResponseData.class);
  }
}
