package io.millrace.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.request.ApiCaller;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.junit.jupiter.api.Test;

class ConfigHandlersTest {

  private final TestCluster cluster =
      new TestCluster(Map.of("log.retention.hours", "24"), Authorization.ALLOW_ALL)
          .withBroker(1, false)
          .withTopic("events", new Uuid(1, 1), 1);

  private DescribeConfigsResult describe(Type type, String name) {
    return ApiCaller.ofBroker()
        .ask(
            cluster.broker,
            ApiKeys.DESCRIBE_CONFIGS,
            4,
            new DescribeConfigsRequestData()
                .setIncludeSynonyms(true)
                .setIncludeDocumentation(true)
                .setResources(
                    List.of(
                        new DescribeConfigsResource()
                            .setResourceType(type.id())
                            .setResourceName(name)
                            .setConfigurationKeys(null))),
            DescribeConfigsResponseData.class)
        .results()
        .getFirst();
  }

  private static DescribeConfigsResourceResult setting(DescribeConfigsResult result, String name) {
    return result.configs().stream()
        .filter(config -> config.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not described"));
  }

  private static List<ConfigSource> sources(DescribeConfigsResourceResult setting) {
    return setting.synonyms().stream()
        .map(DescribeConfigsSynonym::source)
        .map(ConfigSource::forId)
        .toList();
  }

  @Test
  void describesATopicWithAllLayers() {
    cluster.withConfig(Type.TOPIC, "events", "retention.bytes", "1000");
    cluster.withConfig(Type.BROKER, "", "log.retention.bytes", "2000");
    cluster.withConfig(Type.BROKER, "1", "log.retention.bytes", "3000");

    DescribeConfigsResult topic = describe(Type.TOPIC, "events");

    DescribeConfigsResourceResult bytes = setting(topic, "retention.bytes");
    assertThat(bytes.value()).isEqualTo("1000");
    assertThat(sources(bytes))
        .containsExactly(
            ConfigSource.TOPIC_CONFIG,
            ConfigSource.DYNAMIC_BROKER_CONFIG,
            ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
            ConfigSource.DEFAULT_CONFIG);
    assertThat(bytes.configType()).isEqualTo(ConfigType.LONG.id());
    assertThat(bytes.documentation()).isNotBlank();
    assertThat(bytes.readOnly()).isFalse();
    // Kafka names the first of several synonyms only: what is set by another has no source.
    DescribeConfigsResourceResult ms = setting(topic, "retention.ms");
    assertThat(ms.value()).isEqualTo("86400000");
    assertThat(ConfigSource.forId(ms.configSource())).isEqualTo(ConfigSource.DEFAULT_CONFIG);
    assertThat(topic.configs())
        .extracting(DescribeConfigsResourceResult::name)
        .isSorted()
        .contains("cleanup.policy", "segment.bytes", "min.insync.replicas");
  }

  @Test
  void describesThisBroker() {
    DescribeConfigsResult broker = describe(Type.BROKER, "1");

    DescribeConfigsResourceResult nodeId = setting(broker, "node.id");
    assertThat(nodeId.readOnly()).isTrue();
    assertThat(ConfigSource.forId(nodeId.configSource()))
        .isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
    assertThat(setting(broker, "message.max.bytes").readOnly()).isFalse();
    DescribeConfigsResourceResult secret = setting(broker, "ssl.keystore.password");
    assertThat(secret.isSensitive()).isTrue();
    assertThat(secret.value()).isNull();
    assertThat(describe(Type.BROKER, "2").errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
  }

  @Test
  void describesWhatIsSetForAllBrokers() {
    assertThat(describe(Type.BROKER, "").configs()).isEmpty();

    cluster.withConfig(Type.BROKER, "", "log.retention.bytes", "2000");

    DescribeConfigsResult all = describe(Type.BROKER, "");
    assertThat(all.configs()).hasSize(1);
    assertThat(ConfigSource.forId(setting(all, "log.retention.bytes").configSource()))
        .isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
  }

  @Test
  void describesGroupsSubscriptionsAndLoggers() {
    cluster.withConfig(Type.GROUP, "g", "consumer.session.timeout.ms", "46000");
    DescribeConfigsResourceResult session =
        setting(describe(Type.GROUP, "g"), "consumer.session.timeout.ms");
    assertThat(session.value()).isEqualTo("46000");
    assertThat(sources(session))
        .containsExactly(ConfigSource.GROUP_CONFIG, ConfigSource.DEFAULT_CONFIG);

    cluster.withConfig(Type.CLIENT_METRICS, "m", "interval.ms", "1000");
    assertThat(setting(describe(Type.CLIENT_METRICS, "m"), "interval.ms").value())
        .isEqualTo("1000");
    assertThat(setting(describe(Type.BROKER_LOGGER, "1"), "root").value()).isEqualTo("INFO");
  }

  @Test
  void saysWhatIsNotThere() {
    assertThat(describe(Type.TOPIC, "none").errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(describe(Type.GROUP, "").errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(describe(Type.BROKER_LOGGER, "x").errorCode())
        .isEqualTo(Errors.INVALID_REQUEST.code());
  }

  private static AlterConfigsResource change(
      Type type, String resource, String name, OpType operation, String value) {
    AlterConfigsResource change =
        new AlterConfigsResource().setResourceType(type.id()).setResourceName(resource);
    change
        .configs()
        .mustAdd(
            new AlterableConfig().setName(name).setConfigOperation(operation.id()).setValue(value));
    return change;
  }

  private List<AlterConfigsResourceResponse> alter(AlterConfigsResource... changes) {
    IncrementalAlterConfigsRequestData body = new IncrementalAlterConfigsRequestData();
    for (AlterConfigsResource change : changes) {
      body.resources().mustAdd(change);
    }
    return ApiCaller.ofBroker()
        .ask(
            cluster.broker,
            ApiKeys.INCREMENTAL_ALTER_CONFIGS,
            1,
            body,
            IncrementalAlterConfigsResponseData.class)
        .responses();
  }

  @Test
  void passesGoodChangesToTheController() {
    assertThat(
            alter(
                change(Type.TOPIC, "events", "retention.ms", OpType.SET, "1"),
                change(Type.BROKER, "", "log.cleanup.policy", OpType.APPEND, "compact"),
                change(Type.BROKER, "1", "message.max.bytes", OpType.SET, "2000000")))
        .allSatisfy(response -> assertThat(response.errorCode()).isZero());
    assertThat(cluster.controller.asked)
        .containsExactlyInAnyOrder("alter TOPIC events", "alter BROKER ", "alter BROKER 1");
  }

  @Test
  void refusesAnOperationThatThereIsNot() {
    AlterConfigsResource change = change(Type.TOPIC, "events", "retention.ms", OpType.SET, "1");
    change.configs().iterator().next().setConfigOperation((byte) 7);
    assertThat(alter(change).getFirst().errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(cluster.controller.asked).isEmpty();
  }

  @Test
  void refusesBrokerSettingsThatCannotBeInForce() {
    assertThat(alter(change(Type.BROKER, "1", "node.id", OpType.SET, "2")).getFirst())
        .satisfies(response -> {
          assertThat(response.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
          assertThat(response.errorMessage()).contains("node.id");
        });
    assertThat(alter(change(Type.BROKER, "2", "message.max.bytes", OpType.SET, "1")).getFirst())
        .satisfies(
            response -> assertThat(response.errorMessage()).contains("Unexpected broker id"));
    assertThat(
            alter(change(Type.BROKER, "1", "message.max.bytes", OpType.SET, "many"))
                .getFirst()
                .errorCode())
        .isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(
            alter(change(Type.BROKER, "1", "message.max.bytes", OpType.APPEND, "1"))
                .getFirst()
                .errorCode())
        .isEqualTo(Errors.INVALID_CONFIG.code());
    assertThat(
            alter(change(Type.BROKER, "1", "listeners", OpType.SET, "PLAINTEXT://:1"))
                .getFirst()
                .errorMessage())
        .contains("restart");
    assertThat(cluster.controller.asked).isEmpty();
  }

  @Test
  void changesLogLevelsRightHere() {
    assertThat(
            alter(change(Type.BROKER_LOGGER, "1", "io.millrace.log", OpType.SET, "DEBUG"))
                .getFirst()
                .errorCode())
        .isZero();
    assertThat(cluster.loggers.levels()).containsEntry("io.millrace.log", "DEBUG");

    assertThat(
            alter(change(Type.BROKER_LOGGER, "1", "no.such", OpType.SET, "DEBUG"))
                .getFirst()
                .errorCode())
        .isEqualTo(Errors.INVALID_CONFIG.code());
    assertThat(
            alter(change(Type.BROKER_LOGGER, "1", "root", OpType.DELETE, ""))
                .getFirst()
                .errorCode())
        .isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(cluster.controller.asked).isEmpty();
  }

  @Test
  void theOldFormReplacesWithTheSameChecks() {
    AlterConfigsRequestData body = new AlterConfigsRequestData();
    body.resources()
        .mustAdd(
            new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(Type.BROKER_LOGGER.id())
                .setResourceName("1"));
    AlterConfigsRequestData.AlterConfigsResource topic =
        new AlterConfigsRequestData.AlterConfigsResource()
            .setResourceType(Type.TOPIC.id())
            .setResourceName("events");
    topic
        .configs()
        .mustAdd(
            new AlterConfigsRequestData.AlterableConfig().setName("retention.ms").setValue("1"));
    body.resources().mustAdd(topic);

    AlterConfigsResponseData answer =
        ApiCaller.ofBroker()
            .ask(cluster.broker, ApiKeys.ALTER_CONFIGS, 2, body, AlterConfigsResponseData.class);

    assertThat(answer.responses())
        .extracting(response -> Errors.forCode(response.errorCode()))
        .containsExactly(Errors.INVALID_REQUEST, Errors.NONE);
  }
}
