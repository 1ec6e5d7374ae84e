package io.millrace.log;

import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/// Records whose value begins with a number that no other record has. They have a key, for logs
/// that are compacted.
final class Values {

  private static final byte[] KEY = {'k'};

  private Values() {}

  static ByteBuffer batch(long first, int records, int bytes, long producerId, int sequence) {
    MemoryRecordsBuilder builder =
        MemoryRecords.builder(
            ByteBuffer.allocate(200 + records * (bytes + 64)),
            RecordBatch.MAGIC_VALUE_V2,
            Compression.NONE,
            TimestampType.CREATE_TIME,
            0,
            RecordBatch.NO_TIMESTAMP,
            producerId,
            (short) 0,
            sequence,
            false,
            -1);
    for (int i = 0; i < records; i++) {
      ByteBuffer value = ByteBuffer.allocate(8 + bytes);
      value.putLong(first + i);
      while (value.hasRemaining()) {
        value.put((byte) (value.position() % 5 == 0 ? 0 : first + i));
      }
      builder.append(StagedWorld.START_MS + first, KEY, value.array());
    }
    return Batches.direct(builder.build());
  }

  static long of(Record record) {
    return record.value().getLong();
  }
}
