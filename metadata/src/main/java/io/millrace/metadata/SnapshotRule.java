package io.millrace.metadata;

import java.util.function.IntSupplier;

/// When the metadata is worth another snapshot:
///
/// - after `metadata.log.max.record.bytes.between.snapshots` bytes of log, as in Kafka;
/// - after `metadata.log.max.snapshot.interval.ms` (0: never by time), as in Kafka;
/// - when the cluster has come to rest, and a start would have to replay more than it would read
///   from a snapshot. A stop and a start of all nodes change every partition a dozen times, and
///   each controller replays that at every start: with 10,000 partitions seconds of a core,
///   although it is far from Kafka's 20 MB;
/// - when the node stops, by the same measure.
///
/// Not thread-safe.
final class SnapshotRule {

  /// Less is replayed in no time.
  private static final long LEAST_BYTES_TO_SPARE = 1 << 20;

  /// Of a partition in a snapshot, roughly.
  private static final long BYTES_A_PARTITION = 100;

  /// What arrives without anything having happened: the active controller's no-op records.
  private static final long BYTES_OF_REST = 512;

  private static final long REST_NANOS = 5_000_000_000L;

  private final long bytesBetween;
  private final long nanosBetween;
  private long bytesSince;
  private long snapshotNanos;
  private long busyNanos;

  /// @param nanosBetween 0 for never by time
  SnapshotRule(long bytesBetween, long nanosBetween, long nowNanos) {
    this.bytesBetween = bytesBetween;
    this.nanosBetween = nanosBetween;
    this.busyNanos = nowNanos;
    onSnapshot(nowNanos);
  }

  /// Of log since the last snapshot.
  long bytesSince() {
    return bytesSince;
  }

  /// A snapshot was loaded, or is going to be written.
  void onSnapshot(long nowNanos) {
    bytesSince = 0;
    snapshotNanos = nowNanos;
  }

  /// So many bytes of log were applied at once.
  void onRecords(long bytes, long nowNanos) {
    bytesSince += bytes;
    if (bytes > BYTES_OF_REST) {
      busyNanos = nowNanos;
    }
  }

  boolean isDue(long nowNanos, IntSupplier partitions) {
    if (bytesSince >= bytesBetween
        || (nanosBetween > 0 && nowNanos - snapshotNanos >= nanosBetween)) {
      return true;
    }
    return nowNanos - busyNanos >= REST_NANOS && sparesAStart(partitions);
  }

  /// Whether a start would have to replay more than it would read from a snapshot.
  boolean sparesAStart(IntSupplier partitions) {
    return bytesSince >= LEAST_BYTES_TO_SPARE
        && bytesSince >= partitions.getAsInt() * BYTES_A_PARTITION;
  }
}
