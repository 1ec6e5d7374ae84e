package io.millrace.log;

import io.millrace.runtime.World;

/// What all logs of a node share.
///
/// @param producerExpirationMs `producer.id.expiration.ms`: a producer silent for longer is
///   forgotten
/// @param segmentRecoveryBufferBytes size of the buffer that recovery reads files through
public record LogEnvironment(
    World world, LogReports reports, int producerExpirationMs, int segmentRecoveryBufferBytes) {

  /// With Kafka's defaults.
  public LogEnvironment(World world, LogReports reports) {
    this(world, reports, 86_400_000, 1 << 20);
  }
}
