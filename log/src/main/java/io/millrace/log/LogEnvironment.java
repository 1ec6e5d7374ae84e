package io.millrace.log;

import io.millrace.log.segment.LookupMemory;
import io.millrace.runtime.World;
import java.util.function.IntSupplier;

/// What all logs of a node share.
///
/// @param producerExpiration `producer.id.expiration.ms`, which may change while the node runs: a
///   producer silent for longer is forgotten
/// @param segmentRecoveryBufferBytes size of the buffer that recovery reads files through
/// @param lookups what batches are looked up with
public record LogEnvironment(
    World world,
    LogReports reports,
    IntSupplier producerExpiration,
    int segmentRecoveryBufferBytes,
    LookupMemory lookups) {

  public LogEnvironment(
      World world,
      LogReports reports,
      IntSupplier producerExpiration,
      int segmentRecoveryBufferBytes) {
    this(world, reports, producerExpiration, segmentRecoveryBufferBytes, new LookupMemory());
  }

  /// With Kafka's defaults.
  public LogEnvironment(World world, LogReports reports) {
    this(world, reports, () -> 86_400_000, 1 << 20);
  }

  int producerExpirationMs() {
    return producerExpiration.getAsInt();
  }
}
