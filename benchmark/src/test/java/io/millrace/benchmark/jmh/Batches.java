package io.millrace.benchmark.jmh;

import io.millrace.benchmark.wire.Payload;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;

/// The batches that the benchmarks are run with.
public enum Batches {
  /// One record of 100 B: what a small request carries.
  ONE_RECORD(Payload.random(100, 1)),
  /// 64 KiB of records of 100 B.
  RECORDS_100B(Payload.randomBatch(100)),
  /// 64 KiB of records of 1 KiB.
  RECORDS_1K(Payload.randomBatch(1024)),
  /// JSON, lz4.
  JSON_LZ4(Payload.json(Compression.lz4().build(), 800));

  private final Payload payload;

  Batches(Payload payload) {
    this.payload = payload;
  }

  Payload payload() {
    return payload;
  }

  /// A copy in direct memory, as a receive buffer would hold it.
  ByteBuffer direct() {
    ByteBuffer bytes = payload.batch().buffer();
    return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).clear();
  }
}
