package io.millrace.log;

import io.millrace.log.scrub.ScrubSettings;
import java.nio.file.Path;
import java.util.List;

/// Settings of [LogDirectories], with Kafka's names and defaults.
///
/// @param logDirs `log.dirs`
/// @param nodeId `node.id`
/// @param flushSchedulerIntervalMs how often logs are looked at for `flush.ms`
///   (`log.flush.scheduler.interval.ms`)
/// @param checkpointIntervalMs `log.flush.offset.checkpoint.interval.ms`
/// @param startOffsetCheckpointIntervalMs `log.flush.start.offset.checkpoint.interval.ms`
/// @param retentionCheckIntervalMs `log.retention.check.interval.ms`
/// @param highWatermarkCheckpointIntervalMs `replica.high.watermark.checkpoint.interval.ms`
/// @param producerExpirationCheckIntervalMs `producer.id.expiration.check.interval.ms`
/// @param backgroundFlushIntervalMs how often logs with unflushed records are flushed whatever
///   their settings, so that recovery stays short; ours, Kafka leaves it to the kernel
/// @param recoveryThreadsPerDir `num.recovery.threads.per.data.dir`: logs opened at a time
/// @param scrub how stored bytes are read again; ours
public record LogDirectoriesConfig(
    List<Path> logDirs,
    int nodeId,
    long flushSchedulerIntervalMs,
    long checkpointIntervalMs,
    long startOffsetCheckpointIntervalMs,
    long retentionCheckIntervalMs,
    long highWatermarkCheckpointIntervalMs,
    long producerExpirationCheckIntervalMs,
    long backgroundFlushIntervalMs,
    int recoveryThreadsPerDir,
    ScrubSettings scrub) {

  /// With defaults for all but the place.
  public LogDirectoriesConfig(List<Path> logDirs, int nodeId) {
    this(
        logDirs,
        nodeId,
        1_000,
        60_000,
        60_000,
        300_000,
        5_000,
        600_000,
        60_000,
        2,
        ScrubSettings.DEFAULTS);
  }
}
