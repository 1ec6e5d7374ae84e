package io.millrace.server.fuzz;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Crc32C;

/// Batches as producers send them, and what they could send if they meant harm: fields that lie
/// under a checksum that is right, records inside a compressed stream that claim what is not there,
/// streams that grow a thousandfold.
final class BatchShapes {

  private static final int CRC_OFFSET = 17;
  private static final int ATTRIBUTES_OFFSET = 21;
  private static final int LENGTH_OFFSET = 8;
  private static final int LENGTH_OVERHEAD = 12;
  private static final int HEADER_BYTES = 61;
  private static final byte CONTROL_BIT = 0x20;

  private final RandomGenerator random;
  private final Mutation mutation;

  BatchShapes(RandomGenerator random) {
    this.random = random;
    this.mutation = new Mutation(random);
  }

  byte[] batch() {
    byte[] batch = valid();
    return switch (random.nextInt(8)) {
      case 0, 1, 2, 3 -> batch;
      case 4 -> mutation.of(batch);
      case 5, 6 -> resealed(lying(batch));
      default -> resealed(mutation.of(batch));
    };
  }

  private byte[] valid() {
    byte magic = random.nextInt(16) == 0 ? (byte) random.nextInt(2) : RecordBatch.MAGIC_VALUE_V2;
    CompressionType codec = CompressionType.values()[random.nextInt(5)];
    if (magic < 2 && codec == CompressionType.ZSTD) {
      codec = CompressionType.NONE;
    }
    boolean idempotent = magic == 2 && random.nextInt(3) == 0;
    boolean transactional = idempotent && random.nextInt(6) == 0;
    boolean control = transactional && random.nextInt(3) == 0;
    boolean bomb = random.nextInt(64) == 0;
    ByteBuffer out = ByteBuffer.allocate(4096);
    try (MemoryRecordsBuilder builder =
        MemoryRecords.builder(
            out,
            magic,
            Compression.of(codec).build(),
            TimestampType.CREATE_TIME,
            0,
            RecordBatch.NO_TIMESTAMP,
            idempotent ? random.nextInt(4) : RecordBatch.NO_PRODUCER_ID,
            idempotent ? (short) random.nextInt(2) : RecordBatch.NO_PRODUCER_EPOCH,
            idempotent ? random.nextInt(4) : RecordBatch.NO_SEQUENCE,
            transactional,
            false,
            RecordBatch.NO_PARTITION_LEADER_EPOCH)) {
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        records(builder, bomb);
      }
      MemoryRecords records = builder.build();
      byte[] bytes = new byte[records.sizeInBytes()];
      records.buffer().get(0, bytes);
      if (control) {
        bytes[ATTRIBUTES_OFFSET + 1] |= CONTROL_BIT;
        resealed(bytes);
      }
      return bytes;
    }
  }

  private void records(MemoryRecordsBuilder builder, boolean bomb) {
    byte[] key = random.nextInt(3) == 0 ? null : new byte[random.nextInt(8)];
    byte[] value = random.nextInt(8) == 0 ? null : new byte[bomb ? 1 << 20 : random.nextInt(64)];
    Header[] headers =
        random.nextInt(4) == 0 && builder.magic() == 2
            ? new Header[] {new RecordHeader("h", new byte[3])}
            : new Header[0];
    builder.append(1_700_000_000_000L + random.nextInt(1_000), key, value, headers);
  }

  /// One field of the header, or some bytes of the records, say something else.
  private byte[] lying(byte[] batch) {
    if (batch.length <= HEADER_BYTES) {
      return batch;
    }
    int[] fields = {16, 21, 22, 23, 27, 35, 43, 51, 53, 57};
    int at =
        random.nextBoolean()
            ? fields[random.nextInt(fields.length)]
            : HEADER_BYTES + random.nextInt(batch.length - HEADER_BYTES);
    byte[] lie = new byte[1 + random.nextInt(Math.min(5, batch.length - at))];
    random.nextBytes(lie);
    if (random.nextBoolean()) {
      Arrays.fill(lie, (byte) (random.nextBoolean() ? 0xff : 0x7f));
    }
    System.arraycopy(lie, 0, batch, at, lie.length);
    return batch;
  }

  /// Length and checksum fit what is there.
  private static byte[] resealed(byte[] batch) {
    if (batch.length > HEADER_BYTES) {
      ByteBuffer buffer = ByteBuffer.wrap(batch);
      buffer.putInt(LENGTH_OFFSET, batch.length - LENGTH_OVERHEAD);
      long crc = Crc32C.compute(batch, ATTRIBUTES_OFFSET, batch.length - ATTRIBUTES_OFFSET);
      buffer.putInt(CRC_OFFSET, (int) crc);
    }
    return batch;
  }
}
