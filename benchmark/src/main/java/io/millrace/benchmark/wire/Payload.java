package io.millrace.benchmark.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;

/// A record batch as a producer would send it, made once.
///
/// @param batch the bytes of one batch of format v2, base offset 0
/// @param records how many records it holds
/// @param valueBytes the size of all values before compression: what the benchmark calls payload
public record Payload(MemoryRecords batch, int records, long valueBytes) {
  /// What the Java producer is usually given as `batch.size` where throughput counts.
  public static final int BATCH_BYTES = 64 * 1024;

  /// The first eight bytes of every value of [#random]; a time stamp may be patched over them.
  static final long MARKER = 0x7a11_ce5a_fe0d_d00dL;

  private static final int RECORD_OVERHEAD = 9;
  private static final int HEADER_BYTES = 61;
  private static final long SEED = 42;

  /// `records` values of `valueBytes` random bytes each, without keys, not compressed.
  public static Payload random(int valueBytes, int records) {
    Random random = new Random(SEED);
    MemoryRecordsBuilder builder = builder(Compression.NONE);
    long timestamp = System.currentTimeMillis();
    for (int i = 0; i < records; i++) {
      byte[] value = new byte[valueBytes];
      random.nextBytes(value);
      if (valueBytes >= Long.BYTES) {
        ByteBuffer.wrap(value).putLong(MARKER);
      }
      builder.append(timestamp, null, value);
    }
    return new Payload(builder.build(), records, (long) records * valueBytes);
  }

  /// As many values of `valueBytes` random bytes as a batch of 64 KiB takes.
  public static Payload randomBatch(int valueBytes) {
    return random(valueBytes, (BATCH_BYTES - HEADER_BYTES) / (valueBytes + RECORD_OVERHEAD));
  }

  /// `records` order events in JSON, some 200 bytes each and keyed by customer, compressed.
  public static Payload json(Compression compression, int records) {
    Random random = new Random(SEED);
    MemoryRecordsBuilder builder = builder(compression);
    long timestamp = System.currentTimeMillis();
    long bytes = 0;
    for (int i = 0; i < records; i++) {
      int customer = random.nextInt(10_000);
      byte[] value = order(random, customer).getBytes(StandardCharsets.UTF_8);
      bytes += value.length;
      builder.append(
          timestamp + i / 100, ("customer-" + customer).getBytes(StandardCharsets.UTF_8), value);
    }
    return new Payload(builder.build(), records, bytes);
  }

  private static String order(Random random, int customer) {
    return """
    {"orderId":"%016x","customer":%d,"status":"%s","currency":"EUR","total":%d.%02d,\
    "items":[{"sku":"SKU-%05d","quantity":%d},{"sku":"SKU-%05d","quantity":%d}],\
    "placedAt":"2026-0%d-%02dT%02d:%02d:%02dZ"}\
    """
        .formatted(
            random.nextLong(),
            customer,
            random.nextBoolean() ? "PLACED" : "SHIPPED",
            random.nextInt(500),
            random.nextInt(100),
            random.nextInt(20_000),
            1 + random.nextInt(5),
            random.nextInt(20_000),
            1 + random.nextInt(5),
            1 + random.nextInt(9),
            1 + random.nextInt(28),
            random.nextInt(24),
            random.nextInt(60),
            random.nextInt(60));
  }

  private static MemoryRecordsBuilder builder(Compression compression) {
    return MemoryRecords.builder(
        ByteBuffer.allocate(4 * BATCH_BYTES), compression, TimestampType.CREATE_TIME, 0L);
  }
}
