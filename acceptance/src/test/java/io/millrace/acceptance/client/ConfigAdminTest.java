package io.millrace.acceptance.client;

import static io.millrace.acceptance.harness.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.Suite;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Configuration as the admin client sees it: Kafka's names, sources, synonyms and checks, for
/// topics, brokers and groups, and changes that take effect at once.
class ConfigAdminTest {
  private static final ConfigResource BROKER = new ConfigResource(Type.BROKER, "1");
  private static final ConfigResource ALL_BROKERS = new ConfigResource(Type.BROKER, "");

  @RegisterExtension
  static final Broker broker = Broker.judged().with("log.segment.bytes", "104857600");

  @Test
  void tellsEachValueWithItsSource() {
    ConfigResource topic =
        topic(Map.of("retention.ms", "123456", "cleanup.policy", "compact,delete"));
    Config config = describe(topic);
    assertThat(config.get("retention.ms").value()).isEqualTo("123456");
    assertThat(config.get("retention.ms").source()).isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG);
    assertThat(config.get("retention.ms").isReadOnly()).isFalse();
    assertThat(config.get("retention.ms").type()).isEqualTo(ConfigEntry.ConfigType.LONG);
    assertThat(config.get("retention.ms").documentation()).isNotBlank();
    assertThat(config.get("cleanup.policy").type()).isEqualTo(ConfigEntry.ConfigType.LIST);
    assertThat(config.get("segment.bytes").value()).isEqualTo("104857600");
    assertThat(config.get("segment.bytes").source()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
    assertThat(config.get("segment.bytes").synonyms())
        .extracting(ConfigEntry.ConfigSynonym::name)
        .containsExactly("log.segment.bytes", "log.segment.bytes");
    assertThat(config.get("max.message.bytes").value()).isEqualTo("1048588");
    assertThat(config.get("max.message.bytes").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
    assertThat(config.get("min.insync.replicas").value()).isEqualTo("1");
    assertThat(config.entries()).hasSizeGreaterThan(25);
  }

  @Test
  void tellsABrokersConfiguration() {
    Config config = describe(BROKER);
    assertThat(config.get("log.segment.bytes").value()).isEqualTo("104857600");
    assertThat(config.get("log.segment.bytes").source())
        .isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
    assertThat(config.get("node.id").value()).isEqualTo("1");
    assertThat(config.get("node.id").isReadOnly()).isTrue();
    assertThat(config.get("ssl.keystore.password").isSensitive()).isTrue();
    assertThat(config.get("num.partitions").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
    assertThat(config.entries()).hasSizeGreaterThan(150);
  }

  @Test
  void changesAndForgetsATopicsValues() {
    ConfigResource topic = topic(Map.of());
    alter(topic, "retention.ms", "5000", OpType.SET);
    alter(topic, "cleanup.policy", "compact", OpType.APPEND);
    awaitValue(topic, "retention.ms", "5000");
    awaitValue(topic, "cleanup.policy", "delete,compact");
    alter(topic, "cleanup.policy", "delete", OpType.SUBTRACT);
    awaitValue(topic, "cleanup.policy", "compact");
    alter(topic, "retention.ms", "", OpType.DELETE);
    awaitValue(topic, "retention.ms", "604800000");
  }

  @Test
  void refusesWhatIsWrong() {
    ConfigResource topic = topic(Map.of());
    assertThatThrownBy(() -> alter(topic, "retention.ms", "soon", OpType.SET))
        .isInstanceOf(InvalidConfigurationException.class);
    assertThatThrownBy(() -> alter(topic, "no.such.key", "1", OpType.SET))
        .isInstanceOf(InvalidConfigurationException.class);
    assertThatThrownBy(() -> alter(topic, "segment.bytes", "1000", OpType.SET))
        .isInstanceOf(InvalidConfigurationException.class);
    assertThatThrownBy(() -> alter(topic, "retention.ms", "1", OpType.APPEND))
        .isInstanceOf(InvalidConfigurationException.class);
    assertThatThrownBy(
            () -> alter(new ConfigResource(Type.TOPIC, "absent"), "retention.ms", "1", OpType.SET))
        .isInstanceOf(UnknownTopicOrPartitionException.class);
    assertThatThrownBy(() -> alter(BROKER, "node.id", "2", OpType.SET))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> describe(new ConfigResource(Type.TOPIC, "absent")))
        .isInstanceOf(UnknownTopicOrPartitionException.class);
  }

  @Test
  void onlyValidatesWhenAsked() {
    ConfigResource topic = topic(Map.of());
    AlterConfigsOptions validateOnly = new AlterConfigsOptions().validateOnly(true);
    AlterConfigOp op = new AlterConfigOp(new ConfigEntry("retention.ms", "77"), OpType.SET);
    get(admin().incrementalAlterConfigs(Map.of(topic, List.of(op)), validateOnly).all());
    assertThat(describe(topic).get("retention.ms").value()).isEqualTo("604800000");
  }

  @Test
  void aChangedLimitHoldsAtOnce() {
    ConfigResource topic = topic(Map.of());
    try (Producer<String, String> producer = broker.clients().producer()) {
      get(producer.send(new ProducerRecord<>(topic.name(), "k", "x".repeat(5_000))));
      alter(topic, "max.message.bytes", "1000", OpType.SET);
      Await.untilTrue(
          "large records are refused",
          () -> {
            try {
              get(producer.send(new ProducerRecord<>(topic.name(), "k", "x".repeat(5_000))));
              return false;
            } catch (RecordTooLargeException _) {
              return true;
            }
          });
    }
  }

  @Test
  void aClusterWideDefaultReachesTopicsThatSayNothing() {
    ConfigResource silent = topic(Map.of());
    ConfigResource own = topic(Map.of("flush.messages", "7"));
    try {
      alter(ALL_BROKERS, "log.flush.interval.messages", "4242", OpType.SET);
      awaitValue(silent, "flush.messages", "4242");
      ConfigEntry inherited = describe(silent).get("flush.messages");
      assertThat(inherited.source()).isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
      assertThat(describe(own).get("flush.messages").value()).isEqualTo("7");
      alter(BROKER, "log.flush.interval.messages", "4243", OpType.SET);
      awaitValue(silent, "flush.messages", "4243");
      assertThat(describe(silent).get("flush.messages").source())
          .isEqualTo(ConfigSource.DYNAMIC_BROKER_CONFIG);
    } finally {
      alter(BROKER, "log.flush.interval.messages", "", OpType.DELETE);
      alter(ALL_BROKERS, "log.flush.interval.messages", "", OpType.DELETE);
    }
    awaitValue(silent, "flush.messages", Long.toString(Long.MAX_VALUE));
  }

  @Test
  void configuresGroups() {
    ConfigResource group = new ConfigResource(Type.GROUP, Suite.unique("group"));
    alter(group, "consumer.session.timeout.ms", "50000", OpType.SET);
    awaitValue(group, "consumer.session.timeout.ms", "50000");
    assertThat(describe(group).get("consumer.session.timeout.ms").source())
        .isEqualTo(ConfigSource.DYNAMIC_GROUP_CONFIG);
    assertThatThrownBy(() -> alter(group, "consumer.session.timeout.ms", "1", OpType.SET))
        .isInstanceOf(InvalidConfigurationException.class);
    assertThat(
            get(
                admin()
                    .listConfigResources(Set.of(Type.GROUP), new ListConfigResourcesOptions())
                    .all()))
        .contains(group);
  }

  @Test
  void listsTheResourcesThatHaveConfiguration() {
    ConfigResource topic = topic(Map.of());
    assertThat(get(admin().listConfigResources().all())).contains(topic, BROKER);
  }

  private static Admin admin() {
    return broker.clients().admin();
  }

  private static ConfigResource topic(Map<String, String> configs) {
    return new ConfigResource(Type.TOPIC, broker.clients().topic("config", 1, configs));
  }

  private static void alter(ConfigResource resource, String key, String value, OpType type) {
    AlterConfigOp op = new AlterConfigOp(new ConfigEntry(key, value), type);
    get(admin().incrementalAlterConfigs(Map.of(resource, List.of(op))).all());
  }

  private static Config describe(ConfigResource resource) {
    DescribeConfigsOptions all =
        new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
    return get(admin().describeConfigs(List.of(resource), all).all()).values().iterator().next();
  }

  private static void awaitValue(ConfigResource resource, String key, String value) {
    Await.until(key + " is " + value, () -> describe(resource).get(key).value(), value::equals);
  }
}
