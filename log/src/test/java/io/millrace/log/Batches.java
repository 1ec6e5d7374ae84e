package io.millrace.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;

/// Batches as a producer makes them, by Kafka's own builder.
final class Batches {

  private Compression compression = Compression.NONE;
  private long timestampMs = StagedWorld.START_MS;
  private long timestampStepMs = 0;
  private long producerId = RecordBatch.NO_PRODUCER_ID;
  private short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
  private int sequence = RecordBatch.NO_SEQUENCE;
  private boolean transactional;
  private boolean keyed = true;
  private int valueBytes = 10;
  private long baseOffset;
  private int leaderEpoch = -1;

  static Batches batch() {
    return new Batches();
  }

  Batches compressed(Compression with) {
    compression = with;
    return this;
  }

  Batches at(long ms) {
    timestampMs = ms;
    return this;
  }

  Batches stepping(long ms) {
    timestampStepMs = ms;
    return this;
  }

  Batches by(long id, int epoch, int firstSequence) {
    producerId = id;
    producerEpoch = (short) epoch;
    sequence = firstSequence;
    return this;
  }

  Batches transactional() {
    transactional = true;
    return this;
  }

  Batches keyless() {
    keyed = false;
    return this;
  }

  Batches values(int bytes) {
    valueBytes = bytes;
    return this;
  }

  Batches placed(long offset, int epoch) {
    baseOffset = offset;
    leaderEpoch = epoch;
    return this;
  }

  /// A direct buffer from 0 to its limit.
  ByteBuffer of(int records) {
    MemoryRecordsBuilder builder =
        MemoryRecords.builder(
            ByteBuffer.allocate(128 + records * (valueBytes + 32)),
            RecordBatch.MAGIC_VALUE_V2,
            compression,
            TimestampType.CREATE_TIME,
            baseOffset,
            RecordBatch.NO_TIMESTAMP,
            producerId,
            producerEpoch,
            sequence,
            transactional,
            leaderEpoch);
    for (int i = 0; i < records; i++) {
      byte[] key = keyed ? ("key-" + i).getBytes(StandardCharsets.UTF_8) : null;
      builder.append(timestampMs + i * timestampStepMs, key, value(i));
    }
    return direct(builder.build());
  }

  private byte[] value(int record) {
    byte[] value = new byte[valueBytes];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) ('a' + (record + i) % 26);
    }
    return value;
  }

  static ByteBuffer marker(long producerId, int epoch, boolean commit, int coordinatorEpoch) {
    return direct(
        MemoryRecords.withEndTransactionMarker(
            StagedWorld.START_MS,
            producerId,
            (short) epoch,
            new EndTransactionMarker(
                commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT, coordinatorEpoch)));
  }

  static ByteBuffer direct(MemoryRecords records) {
    ByteBuffer source = records.buffer();
    ByteBuffer bytes = ByteBuffer.allocateDirect(source.remaining());
    bytes.put(source.duplicate()).flip();
    return bytes;
  }
}
