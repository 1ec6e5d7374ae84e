package io.millrace.benchmark.wire;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.protocol.ApiKeys;

/// A Produce request with one batch for one partition, encoded once. Between two uses only the
/// correlation id, the partition and, where asked for, a time stamp in the first value change.
/// Owned by one connection: the bytes must stay until they are written.
public final class ProduceFrame {
  private static final int ANY_PARTITION = 0x5eed_cafe;
  private static final int TIMEOUT_MS = 30_000;

  private final ByteBuffer frame;
  private final Payload payload;
  private final int partitionPosition;
  private final int batchPosition;
  private final int batchBytes;
  private final CRC32C crc = new CRC32C();

  /// @param acks as Kafka's `acks`: 0, 1 or -1
  public ProduceFrame(Uuid topicId, Payload payload, short acks) {
    this.payload = payload;
    this.batchBytes = payload.batch().sizeInBytes();
    TopicProduceDataCollection topics = new TopicProduceDataCollection();
    topics.add(
        new TopicProduceData()
            .setTopicId(topicId)
            .setPartitionData(
                List.of(
                    new PartitionProduceData()
                        .setIndex(ANY_PARTITION)
                        .setRecords(payload.batch()))));
    this.frame =
        Frames.of(
            ApiKeys.PRODUCE,
            new ProduceRequestData().setAcks(acks).setTimeoutMs(TIMEOUT_MS).setTopicData(topics));
    this.partitionPosition = findInt(frame, ANY_PARTITION);
    this.batchPosition = findBatch(frame, payload.batch().buffer());
  }

  /// The frame for `partition`, ready to be written.
  public ByteBuffer next(int correlationId, int partition) {
    frame.putInt(Frames.CORRELATION_POSITION, correlationId);
    frame.putInt(partitionPosition, partition);
    return frame.clear();
  }

  /// Writes `stamp` over the first eight bytes of the first value and renews the batch's checksum.
  public void stamp(long stamp) {
    frame.putLong(batchPosition + Batch.stampPosition(payload), stamp);
    int from = batchPosition + Batch.ATTRIBUTES;
    crc.reset();
    crc.update(frame.clear().position(from).limit(batchPosition + batchBytes));
    frame.clear().putInt(batchPosition + Batch.CRC, (int) crc.getValue());
  }

  public Payload payload() {
    return payload;
  }

  private static int findInt(ByteBuffer frame, int value) {
    for (int i = 0; i + Integer.BYTES <= frame.limit(); i++) {
      if (frame.getInt(i) == value) {
        return i;
      }
    }
    throw new IllegalStateException("the frame lacks its partition");
  }

  private static int findBatch(ByteBuffer frame, ByteBuffer batch) {
    for (int i = 0; i + batch.remaining() <= frame.limit(); i++) {
      if (frame.slice(i, batch.remaining()).equals(batch)) {
        return i;
      }
    }
    throw new IllegalStateException("the frame lacks its batch");
  }
}
