package io.millrace.simulation;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.utils.Utils;

/// Reads a partition from its beginning, through Fetch, and holds it against what producers were
/// promised.
///
/// `AcknowledgedStays`: every acknowledged record is at its offset, with its bytes.
/// `StoredOnceInOrder`: a producer's records are there at most once and in the order of their
/// numbers.
final class LogAudit {

  private static final long RETRY_NANOS = 20_000_000L;

  private final EventLoop loop;
  private final WireClient client;
  private final String topic;
  private final int partition;
  private final Map<Long, String> read = new TreeMap<>();
  private Uuid topicId = Uuid.ZERO_UUID;
  private long position;
  private boolean done;

  LogAudit(World world, String host, String topic, int partition) {
    this.loop = world.loops().getFirst();
    this.client = new WireClient(world, loop, host, SimulatedNode.PORT);
    this.topic = topic;
    this.partition = partition;
  }

  void start() {
    loop.execute(this::findTopic);
  }

  boolean isDone() {
    return done;
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
          if (answer instanceof MetadataResponseData metadata
              && metadata.topics().find(topic) != null
              && metadata.topics().find(topic).errorCode() == Errors.NONE.code()) {
            topicId = metadata.topics().find(topic).topicId();
            fetch();
          } else {
            loop.schedule(RETRY_NANOS, this::findTopic);
          }
        });
  }

  private void fetch() {
    FetchRequestData request =
        new FetchRequestData()
            .setMaxWaitMs(100)
            .setMinBytes(1)
            .setMaxBytes(4096)
            .setTopics(
                List.of(
                    new FetchRequestData.FetchTopic()
                        .setTopicId(topicId)
                        .setPartitions(
                            List.of(
                                new FetchRequestData.FetchPartition()
                                    .setPartition(partition)
                                    .setFetchOffset(position)
                                    .setPartitionMaxBytes(4096)))));
    client.send(
        ApiKeys.FETCH,
        request,
        answer -> {
          if (answer instanceof FetchResponseData data && data.errorCode() == 0) {
            onFetched(data.responses().getFirst().partitions().getFirst());
          } else {
            loop.schedule(RETRY_NANOS, this::fetch);
          }
        });
  }

  private void onFetched(FetchResponseData.PartitionData data) {
    if (data.errorCode() != Errors.NONE.code()) {
      loop.schedule(RETRY_NANOS, this::fetch);
      return;
    }
    for (RecordBatch batch : ((Records) data.records()).batches()) {
      batch.ensureValid();
      for (Record record : batch) {
        if (record.offset() >= position) {
          String before = read.put(record.offset(), text(record));
          if (before != null) {
            throw new AssertionError("offset " + record.offset() + " was read twice");
          }
        }
      }
      position = batch.nextOffset();
    }
    if (position >= data.highWatermark()) {
      done = true;
    } else {
      fetch();
    }
  }

  private static String text(Record record) {
    return new String(Utils.toArray(record.value()), StandardCharsets.UTF_8);
  }

  /// Holds what was read against what `producer`, the only one of this partition, was promised.
  void check(SimulatedProducer producer) {
    List<Long> acknowledged = producer.acknowledged();
    for (int number = 0; number < acknowledged.size(); number++) {
      String expected = SimulatedProducer.value(partition, number);
      String found = read.get(acknowledged.get(number));
      if (!expected.equals(found)) {
        throw new AssertionError(
            "AcknowledgedStays: "
                + expected
                + " was acknowledged at offset "
                + acknowledged.get(number)
                + " of "
                + topic
                + "-"
                + partition
                + ", where there is "
                + found);
      }
    }
    List<String> stored = new ArrayList<>(read.values());
    for (int i = 0; i < stored.size(); i++) {
      if (!stored.get(i).equals(SimulatedProducer.value(partition, i))) {
        throw new AssertionError(
            "StoredOnceInOrder: record "
                + i
                + " of "
                + topic
                + "-"
                + partition
                + " is "
                + stored.get(i));
      }
    }
  }
}
