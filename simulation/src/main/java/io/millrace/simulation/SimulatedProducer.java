package io.millrace.simulation;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/// An idempotent producer that writes numbered records to one partition, one batch in flight, and
/// repeats each batch until it is acknowledged, as the real clients do. Keeps what it was promised.
final class SimulatedProducer {

  private static final long RETRY_NANOS = 10_000_000L;
  private static final int MAX_BATCH = 5;

  private final EventLoop loop;
  private final WireClient client;
  private final String topic;
  private final int partition;
  private final short acks;
  private final java.util.random.RandomGenerator random;

  private Uuid topicId = Uuid.ZERO_UUID;
  private long producerId = -1;
  private short producerEpoch;
  private int sequence;
  private int sent;
  private boolean stopped;
  private boolean idle = true;
  private String last = "not started";
  private final List<Long> offsets = new ArrayList<>();

  SimulatedProducer(World world, String host, String topic, int partition, short acks) {
    this.loop = world.loops().getFirst();
    this.client = new WireClient(world, loop, host, SimulatedNode.PORT);
    this.topic = topic;
    this.partition = partition;
    this.acks = acks;
    this.random = world.entropy().stream("producer-" + partition);
  }

  void start() {
    idle = false;
    loop.execute(this::createTopic);
  }

  /// Sends no new batch; the one in flight is repeated until it is acknowledged.
  void stop() {
    stopped = true;
  }

  /// Whether everything sent is acknowledged and nothing more will be.
  boolean isIdle() {
    return idle;
  }

  /// Offset of each acknowledged record, by its number.
  List<Long> acknowledged() {
    return offsets;
  }

  String topic() {
    return topic;
  }

  int partition() {
    return partition;
  }

  @Override
  public String toString() {
    return String.format(
        "producer of %s-%d: %d records acknowledged, %s, last answer: %s",
        topic, partition, offsets.size(), idle ? "idle" : "waiting", last);
  }

  private void later(Runnable step) {
    loop.schedule(RETRY_NANOS, step);
  }

  private void createTopic() {
    CreateTopicsRequestData.CreatableTopicCollection topics =
        new CreateTopicsRequestData.CreatableTopicCollection();
    topics.add(
        new CreateTopicsRequestData.CreatableTopic()
            .setName(topic)
            .setNumPartitions(3)
            .setReplicationFactor((short) 1));
    client.send(
        ApiKeys.CREATE_TOPICS,
        new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(5_000),
        answer -> findTopic());
  }

  private void findTopic() {
    MetadataRequestData request =
        new MetadataRequestData()
            .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic)))
            .setAllowAutoTopicCreation(false);
    client.send(
        ApiKeys.METADATA,
        request,
        answer -> {
          MetadataResponseData.MetadataResponseTopic found =
              answer instanceof MetadataResponseData metadata
                  ? metadata.topics().find(topic)
                  : null;
          if (found == null || found.errorCode() != Errors.NONE.code()) {
            later(this::createTopic);
          } else {
            topicId = found.topicId();
            initProducer();
          }
        });
  }

  private void initProducer() {
    InitProducerIdRequestData request =
        new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(60_000);
    client.send(
        ApiKeys.INIT_PRODUCER_ID,
        request,
        answer -> {
          if (answer instanceof InitProducerIdResponseData id
              && id.errorCode() == Errors.NONE.code()) {
            producerId = id.producerId();
            producerEpoch = id.producerEpoch();
            next();
          } else {
            later(this::initProducer);
          }
        });
  }

  private void next() {
    if (stopped) {
      idle = true;
      return;
    }
    int count = 1 + random.nextInt(MAX_BATCH);
    List<SimpleRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] value = value(partition, sent + i).getBytes(StandardCharsets.UTF_8);
      records.add(new SimpleRecord(1_000L, null, value));
    }
    send(records);
  }

  static String value(int partition, int number) {
    return "p" + partition + "-" + number;
  }

  private void send(List<SimpleRecord> records) {
    MemoryRecords batch =
        MemoryRecords.withIdempotentRecords(
            Compression.NONE,
            producerId,
            producerEpoch,
            sequence,
            records.toArray(SimpleRecord[]::new));
    ProduceRequestData.TopicProduceDataCollection topics =
        new ProduceRequestData.TopicProduceDataCollection();
    topics.add(
        new ProduceRequestData.TopicProduceData()
            .setTopicId(topicId)
            .setPartitionData(
                List.of(
                    new ProduceRequestData.PartitionProduceData()
                        .setIndex(partition)
                        .setRecords(batch))));
    client.send(
        ApiKeys.PRODUCE,
        new ProduceRequestData().setAcks(acks).setTimeoutMs(2_000).setTopicData(topics),
        answer -> onProduced(answer instanceof ProduceResponseData data ? data : null, records));
  }

  private void onProduced(@Nullable ProduceResponseData answer, List<SimpleRecord> records) {
    if (answer == null) {
      last = "connection lost";
      later(() -> send(records));
      return;
    }
    ProduceResponseData.PartitionProduceResponse result =
        answer.responses().iterator().next().partitionResponses().getFirst();
    Errors error = Errors.forCode(result.errorCode());
    last = error + " " + result.errorMessage();
    if (error == Errors.NONE || error == Errors.DUPLICATE_SEQUENCE_NUMBER) {
      for (int i = 0; i < records.size(); i++) {
        offsets.add(result.baseOffset() + i);
      }
      sent += records.size();
      sequence += records.size();
      next();
    } else if (error.exception() instanceof org.apache.kafka.common.errors.RetriableException) {
      later(() -> send(records));
    } else {
      throw new AssertionError(
          "producer of "
              + topic
              + "-"
              + partition
              + " was refused: "
              + error
              + " "
              + result.errorMessage());
    }
  }
}
