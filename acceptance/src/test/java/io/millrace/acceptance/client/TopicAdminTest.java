package io.millrace.acceptance.client;

import static io.millrace.acceptance.harness.Clients.at;
import static io.millrace.acceptance.harness.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.Suite;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What the admin client does to topics, partitions and their records.
class TopicAdminTest {
  @RegisterExtension static final Broker broker = Broker.judged();

  @Test
  void createsDescribesAndDeletesATopic() {
    String topic = Suite.unique("life");
    CreateTopicsResult created =
        admin()
            .createTopics(
                List.of(
                    new NewTopic(topic, 3, (short) 1).configs(Map.of("retention.ms", "1000000"))));
    assertThat(get(created.numPartitions(topic))).isEqualTo(3);
    assertThat(get(created.replicationFactor(topic))).isEqualTo(1);
    assertThat(get(created.config(topic)).get("retention.ms").value()).isEqualTo("1000000");
    Uuid id = get(created.topicId(topic));

    TopicDescription described = describe(topic);
    assertThat(described.topicId()).isEqualTo(id);
    assertThat(described.isInternal()).isFalse();
    assertThat(described.partitions()).hasSize(3);
    assertThat(described.partitions())
        .allSatisfy(partition -> {
          assertThat(partition.leader().id()).isEqualTo(1);
          assertThat(partition.replicas()).hasSize(1);
          assertThat(partition.isr()).hasSize(1);
          assertThat(partition.elr()).isEmpty();
        });
    assertThat(get(admin().describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds()))
        .containsOnlyKeys(id);

    get(admin().deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all());
    Await.untilTrue("the topic is gone", () -> !get(admin().listTopics().names()).contains(topic));
    assertThatThrownBy(() -> describe(topic)).isInstanceOf(UnknownTopicOrPartitionException.class);
    assertThatThrownBy(() ->
            get(admin().describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds()))
        .isInstanceOf(UnknownTopicIdException.class);
  }

  @Test
  void usesTheDefaultsWhereATopicNamesNone() {
    String topic = Suite.unique("defaults");
    CreateTopicsResult created =
        admin().createTopics(List.of(new NewTopic(topic, Optional.empty(), Optional.empty())));
    assertThat(get(created.numPartitions(topic))).isEqualTo(1);
    assertThat(get(created.replicationFactor(topic))).isEqualTo(1);
  }

  @Test
  void placesReplicasAsAsked() {
    String topic = Suite.unique("placed");
    get(
        admin()
            .createTopics(List.of(new NewTopic(topic, Map.of(0, List.of(1), 1, List.of(1)))))
            .all());
    assertThat(describe(topic).partitions()).hasSize(2);
  }

  @Test
  void onlyValidatesWhenAsked() {
    String topic = Suite.unique("validated");
    CreateTopicsOptions validateOnly = new CreateTopicsOptions().validateOnly(true);
    NewTopic good = new NewTopic(topic, 2, (short) 1);
    NewTopic bad = new NewTopic(topic, 2, (short) 3);
    assertThat(get(admin().createTopics(List.of(good), validateOnly).numPartitions(topic)))
        .isEqualTo(2);
    assertThatThrownBy(() -> get(admin().createTopics(List.of(bad), validateOnly).all()))
        .isInstanceOf(InvalidReplicationFactorException.class);
    assertThat(get(admin().listTopics().names())).doesNotContain(topic);
  }

  @Test
  void refusesTopicsThatCannotBe() {
    String there = broker.clients().topic("there", 1);
    assertThatThrownBy(() -> create(new NewTopic(there, 1, (short) 1)))
        .isInstanceOf(TopicExistsException.class);
    assertThatThrownBy(() -> create(new NewTopic(Suite.unique("t"), 0, (short) 1)))
        .isInstanceOf(InvalidPartitionsException.class);
    assertThatThrownBy(() -> create(new NewTopic(Suite.unique("t"), 1, (short) 2)))
        .isInstanceOf(InvalidReplicationFactorException.class);
    assertThatThrownBy(() -> create(new NewTopic("not a name", 1, (short) 1)))
        .isInstanceOf(InvalidTopicException.class);
    assertThatThrownBy(() -> create(new NewTopic("x".repeat(250), 1, (short) 1)))
        .isInstanceOf(InvalidTopicException.class);
    assertThatThrownBy(() ->
            create(new NewTopic(Suite.unique("t"), 1, (short) 1).configs(Map.of("no.such", "1"))))
        .isInstanceOf(InvalidConfigurationException.class);
    assertThatThrownBy(() ->
            create(
                new NewTopic(Suite.unique("t"), 1, (short) 1)
                    .configs(Map.of("retention.ms", "soon"))))
        .isInstanceOf(InvalidConfigurationException.class);
  }

  @Test
  void addsPartitionsButNeverTakesAny() {
    String topic = broker.clients().topic("partitions", 2);
    CreatePartitionsOptions validateOnly = new CreatePartitionsOptions().validateOnly(true);
    get(admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(4)), validateOnly).all());
    assertThat(describe(topic).partitions()).hasSize(2);
    get(admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(4))).all());
    Await.until("four partitions", () -> describe(topic).partitions(), list -> list.size() == 4);
    assertThatThrownBy(
            () -> get(admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all()))
        .isInstanceOf(InvalidPartitionsException.class);
    assertThatThrownBy(() ->
            get(admin().createPartitions(Map.of("absent", NewPartitions.increaseTo(3))).all()))
        .isInstanceOf(UnknownTopicOrPartitionException.class);
  }

  @Test
  void describesATopicPageByPage() {
    String topic = broker.clients().topic("pages", 25);
    DescribeTopicsOptions small = new DescribeTopicsOptions().partitionSizeLimitPerResponse(10);
    var described = get(admin().describeTopics(List.of(topic), small).allTopicNames());
    assertThat(at(described, topic).partitions()).hasSize(25);
  }

  @Test
  void listsInternalTopicsOnlyWhenAsked() {
    String topic = broker.clients().topic("listed", 1);
    String group = Suite.unique("g");
    try (var consumer = broker.clients().consumer("group.id", group)) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      consumer.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(0)));
    }
    assertThat(get(admin().listTopics().names()))
        .contains(topic)
        .doesNotContain("__consumer_offsets");
    assertThat(get(admin().listTopics(new ListTopicsOptions().listInternal(true)).names()))
        .contains(topic, "__consumer_offsets");
  }

  @Test
  void answersEveryOffsetSpec() {
    String topic = broker.clients().topic("specs", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    assertThat(offset(partition, OffsetSpec.maxTimestamp()).offset()).isEqualTo(-1);
    long start = System.currentTimeMillis() - 100_000;
    long[] times = {start, start + 9_000, start + 3_000, start + 4_000, start + 5_000};
    try (Producer<String, String> producer = broker.clients().producer()) {
      for (long time : times) {
        get(producer.send(new ProducerRecord<>(topic, 0, time, "k", "v")));
      }
    }
    get(admin().deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(1))).all());

    assertThat(offset(partition, OffsetSpec.earliest()).offset()).isEqualTo(1);
    assertThat(offset(partition, OffsetSpec.latest()).offset()).isEqualTo(5);
    ListOffsetsResultInfo latestInTime = offset(partition, OffsetSpec.maxTimestamp());
    assertThat(latestInTime.offset()).isEqualTo(1);
    assertThat(latestInTime.timestamp()).isEqualTo(start + 9_000);
    assertThat(offset(partition, OffsetSpec.forTimestamp(start + 9_001)).offset()).isEqualTo(-1);
    assertThat(offset(partition, OffsetSpec.forTimestamp(start + 4_000)).offset()).isEqualTo(1);
    assertThat(offset(partition, OffsetSpec.earliestLocal()).offset()).isEqualTo(1);
    assertThat(offset(partition, OffsetSpec.latestTiered()).offset()).isEqualTo(-1);
    assertThat(offset(partition, OffsetSpec.latest()).leaderEpoch()).contains(0);
  }

  @Test
  void deletesRecordsUpToAnOffset() {
    String topic = broker.clients().topic("delete-records", 2);
    TopicPartition partition = new TopicPartition(topic, 0);
    fill(partition, 10);
    var deleted = admin().deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(3)));
    assertThat(get(at(deleted.lowWatermarks(), partition)).lowWatermark()).isEqualTo(3);
    assertThatThrownBy(() ->
            get(admin().deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(11))).all()))
        .isInstanceOf(OffsetOutOfRangeException.class);
    get(admin().deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1))).all());
    assertThat(offset(partition, OffsetSpec.earliest()).offset()).isEqualTo(10);
  }

  @Test
  void findsNoElectionNeeded() {
    String topic = broker.clients().topic("elect", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    for (ElectionType type : ElectionType.values()) {
      var none = get(admin().electLeaders(type, Set.of(partition)).partitions());
      assertThat(at(none, partition).orElseThrow()).isInstanceOf(ElectionNotNeededException.class);
    }
    TopicPartition absent = new TopicPartition("absent", 0);
    var outcome = get(admin().electLeaders(ElectionType.PREFERRED, Set.of(absent)).partitions());
    assertThat(at(outcome, absent).orElseThrow())
        .isInstanceOf(UnknownTopicOrPartitionException.class);
  }

  @Test
  void describesWhereTheLogsLie() {
    String topic = broker.clients().topic("log-dirs", 2);
    fill(new TopicPartition(topic, 0), 100);
    var directories = at(get(admin().describeLogDirs(List.of(1)).allDescriptions()), 1);
    Map<TopicPartition, Long> sizes = new HashMap<>();
    assertThat(directories)
        .allSatisfy((_, directory) -> {
          assertThat(directory.error()).isNull();
          assertThat(directory.totalBytes().getAsLong()).isPositive();
          assertThat(directory.usableBytes().getAsLong()).isPositive();
          directory
              .replicaInfos()
              .forEach((partition, replica) -> {
                assertThat(replica.isFuture()).isFalse();
                assertThat(replica.offsetLag()).isZero();
                sizes.put(partition, replica.size());
              });
        });
    assertThat(at(sizes, new TopicPartition(topic, 0))).isGreaterThan(100);
    assertThat(at(sizes, new TopicPartition(topic, 1))).isZero();
  }

  private static Admin admin() {
    return broker.clients().admin();
  }

  private static void create(NewTopic topic) {
    get(admin().createTopics(List.of(topic)).all());
  }

  private static TopicDescription describe(String topic) {
    return get(admin().describeTopics(List.of(topic)).allTopicNames()).values().iterator().next();
  }

  private static ListOffsetsResultInfo offset(TopicPartition partition, OffsetSpec spec) {
    return get(admin().listOffsets(Map.of(partition, spec)).partitionResult(partition));
  }

  private static void fill(TopicPartition partition, int records) {
    try (Producer<String, String> producer = broker.clients().producer()) {
      List<? extends Future<?>> sent =
          IntStream.range(0, records)
              .mapToObj(i ->
                  producer.send(
                      new ProducerRecord<>(partition.topic(), partition.partition(), "k", "v" + i)))
              .toList();
      sent.forEach(Clients::get);
    }
  }
}
