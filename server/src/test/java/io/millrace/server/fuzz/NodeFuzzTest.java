package io.millrace.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.fuzz.FuzzClient.Outcome;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole node under requests of every API that it advertises, broken and whole: Produce and Fetch
/// decoded by hand, batches of every codec that lie, and every handler behind the generated
/// decoders.
class NodeFuzzTest {

  private static final int INPUTS = 3_000;

  /// An id that no request names but by a one-in-four-billion chance, so that none unregisters it.
  private static final int NODE_ID = 1_701_001;

  private static final int CHECK_EVERY = 500;

  /// Longer than any answer takes that does not wait for something, most of the time.
  private static final int WAIT_MS = 50;

  /// What one input may make the loop allocate, beside what grows with its size: a batch may have
  /// to be read through a codec's window, and answers describe the node.
  private static final long BASE_BYTES = 24 << 20;

  private static final long BYTES_A_BYTE = 400;
  private static final long DIRECT_BYTES = 64 << 20;

  /// What would end the node's life in the cluster when it is meant, or the topics' lives.
  private static final Set<ApiKeys> LEFT_OUT = Set.of(ApiKeys.UNREGISTER_BROKER);

  @TempDir Path dir;

  @Test
  void aNodeOutlivesEveryRequest() throws Exception {
    FuzzPlan plan = new FuzzPlan(INPUTS);
    try (FuzzedNode node = new FuzzedNode(dir, NODE_ID)) {
      List<Uuid> topics = createTopics(node);
      List<String> words =
          List.of("events", "compacted", "stamped", "packed", "missing", "", "group", "range");
      RequestShapes shapes = new RequestShapes(plan.random(), words, topics);
      List<ApiVersionsResponseData.ApiVersion> apis = advertised(node);
      Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
      long directBefore = directBytes();
      int controllerEpoch = controllerEpoch(node);
      FuzzClient client = new FuzzClient(node.port());
      Mutation mutation = new Mutation(plan.random());
      List<byte[]> kept = Corpus.requests();
      for (int n = 1; !kept.isEmpty() || plan.next(); n++) {
        byte[] input = kept.isEmpty() ? input(plan, apis, shapes, mutation) : kept.removeLast();
        long before = node.allocatedBytes();
        Outcome outcome = client.send(input, WAIT_MS);
        outcomes.merge(outcome, 1, Integer::sum);
        assertThat(node.allocatedBytes() - before)
            .as(plan.describe(input))
            .isLessThan(BASE_BYTES + BYTES_A_BYTE * input.length);
        assertThat(node.faults).as(plan.describe(input)).isEmpty();
        assertThat(node.handlerFaults()).as(plan.describe(input)).isZero();
        if (outcome != Outcome.ANSWERED) {
          client.close();
          client = new FuzzClient(node.port());
        }
        if (n % CHECK_EVERY == 0) {
          assertServes(node);
        }
      }
      client.close();
      System.out.println("node under bad input: " + outcomes);
      assertThat(outcomes.keySet()).contains(Outcome.ANSWERED, Outcome.CLOSED);
      assertServes(node);
      assertThat(controllerEpoch(node)).as("no controller gave up").isEqualTo(controllerEpoch);
      awaitNoConnections(node);
      assertThat(directBytes() - directBefore).isLessThan(DIRECT_BYTES);
    }
  }

  /// A request of an API that is advertised, in one of its versions, broken or whole.
  private static byte[] input(
      FuzzPlan plan,
      List<ApiVersionsResponseData.ApiVersion> apis,
      RequestShapes shapes,
      Mutation mutation) {
    var api = apis.get(plan.random().nextInt(apis.size()));
    // Half of all inputs go where the records are.
    if (plan.random().nextBoolean()) {
      short key = plan.random().nextInt(3) == 0 ? ApiKeys.FETCH.id : ApiKeys.PRODUCE.id;
      api = apis.stream().filter(a -> a.apiKey() == key).findFirst().orElseThrow();
    }
    ApiKeys key = ApiKeys.forId(api.apiKey());
    int lowest = Math.max(api.minVersion(), key.oldestVersion());
    short version = (short) (lowest + plan.random().nextInt(api.maxVersion() - lowest + 1));
    byte[] input = shapes.request(key, version, plan.random().nextInt());
    return plan.random().nextInt(2) == 0 ? mutation.of(input) : input;
  }

  private static long directBytes() {
    return UnpooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
  }

  private static void awaitNoConnections(FuzzedNode node) {
    long end = System.nanoTime() + 30_000_000_000L;
    while (node.openConnections() > 0) {
      assertThat(System.nanoTime()).as("connections that stay open").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private static List<ApiVersionsResponseData.ApiVersion> advertised(FuzzedNode node)
      throws IOException {
    try (FuzzClient client = new FuzzClient(node.port())) {
      var answer =
          (ApiVersionsResponseData)
              client.ask(
                  ApiKeys.API_VERSIONS,
                  new ApiVersionsRequestData()
                      .setClientSoftwareName("fuzz")
                      .setClientSoftwareVersion("1"));
      return answer.apiKeys().stream()
          .filter(api -> !LEFT_OUT.contains(ApiKeys.forId(api.apiKey())))
          .toList();
    }
  }

  private static int controllerEpoch(FuzzedNode node) throws IOException {
    DescribeQuorumRequestData request = new DescribeQuorumRequestData();
    request
        .topics()
        .add(
            new DescribeQuorumRequestData.TopicData()
                .setTopicName("__cluster_metadata")
                .setPartitions(
                    List.of(new DescribeQuorumRequestData.PartitionData().setPartitionIndex(0))));
    try (FuzzClient client = new FuzzClient(node.port())) {
      var answer = (DescribeQuorumResponseData) client.ask(ApiKeys.DESCRIBE_QUORUM, request);
      return answer.topics().getFirst().partitions().getFirst().leaderEpoch();
    }
  }

  /// One topic for each way in which batches are looked into.
  private static List<Uuid> createTopics(FuzzedNode node) throws IOException {
    List<Uuid> ids = new ArrayList<>();
    ids.add(createTopic(node, "events", Map.of()));
    ids.add(createTopic(node, "compacted", Map.of("cleanup.policy", "compact")));
    ids.add(createTopic(node, "stamped", Map.of("message.timestamp.type", "LogAppendTime")));
    ids.add(createTopic(node, "packed", Map.of("compression.type", "gzip")));
    createTopic(node, "survivor", Map.of());
    return ids;
  }

  private static Uuid createTopic(FuzzedNode node, String name, Map<String, String> configs)
      throws IOException {
    CreatableTopicConfigCollection values = new CreatableTopicConfigCollection();
    configs.forEach(
        (key, value) -> values.add(new CreatableTopicConfig().setName(key).setValue(value)));
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(20_000);
    request
        .topics()
        .add(
            new CreatableTopic()
                .setName(name)
                .setNumPartitions(3)
                .setReplicationFactor((short) 1)
                .setConfigs(values));
    try (FuzzClient client = new FuzzClient(node.port())) {
      var answer = (CreateTopicsResponseData) client.ask(ApiKeys.CREATE_TOPICS, request);
      var topic = answer.topics().find(name);
      assertThat(Errors.forCode(topic.errorCode())).isEqualTo(Errors.NONE);
      return topic.topicId();
    }
  }

  /// Somebody else produces as if nothing had happened.
  private static void assertServes(FuzzedNode node) throws IOException {
    ProduceRequestData request = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(20_000);
    request
        .topicData()
        .add(
            new TopicProduceData()
                .setTopicId(survivor(node))
                .setPartitionData(
                    List.of(
                        new PartitionProduceData()
                            .setIndex(0)
                            .setRecords(
                                MemoryRecords.withRecords(
                                    Compression.NONE,
                                    new SimpleRecord("v".getBytes(StandardCharsets.UTF_8)))))));
    try (FuzzClient client = new FuzzClient(node.port())) {
      var answer = (ProduceResponseData) client.ask(ApiKeys.PRODUCE, request);
      var partition = answer.responses().iterator().next().partitionResponses().getFirst();
      assertThat(Errors.forCode(partition.errorCode())).isEqualTo(Errors.NONE);
    }
  }

  private static Uuid survivor(FuzzedNode node) throws IOException {
    try (FuzzClient client = new FuzzClient(node.port())) {
      MetadataRequestData request = new MetadataRequestData();
      request.setTopics(
          List.of(new MetadataRequestData.MetadataRequestTopic().setName("survivor")));
      var answer = (MetadataResponseData) client.ask(ApiKeys.METADATA, request);
      return answer.topics().find("survivor").topicId();
    }
  }
}
