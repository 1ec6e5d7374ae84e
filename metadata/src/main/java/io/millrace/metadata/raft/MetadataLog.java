package io.millrace.metadata.raft;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.EpochEnd;
import io.millrace.log.FlushTicket;
import io.millrace.log.LogConfig;
import io.millrace.log.LogEnvironment;
import io.millrace.log.LogOpenState;
import io.millrace.log.LogRead;
import io.millrace.log.LogReports;
import io.millrace.log.PartitionLog;
import io.millrace.log.RetentionResult;
import io.millrace.log.segment.RottenRange;
import io.millrace.runtime.DiskFullException;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.raft.Isolation;
import org.apache.kafka.raft.LogAppendInfo;
import org.apache.kafka.raft.LogFetchInfo;
import org.apache.kafka.raft.LogOffsetMetadata;
import org.apache.kafka.raft.MetadataLogConfig;
import org.apache.kafka.raft.RaftLog;
import org.apache.kafka.raft.ValidOffsetAndEpoch;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.RawSnapshotReader;
import org.apache.kafka.snapshot.RawSnapshotWriter;
import org.apache.kafka.snapshot.Snapshots;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `__cluster_metadata-0`: Kafka's `RaftLog` over a [PartitionLog] and [SnapshotFiles], with the
/// meaning of Kafka's `KafkaRaftLog`.
///
/// Owned by the loop `raft`; [#endOffset], [#highWatermark] and the snapshot queries may be called
/// from any thread. A disk that fails stops the node: every failure leaves as an
/// [UncheckedIOException] through `KafkaRaftClient.poll`. A full disk does not: see [SpaceReserve].
///
/// Invariants:
/// 1. `logStartOffset <= highWatermark <= logEndOffset`.
/// 2. What [#endOffset] shows is durable where this node leads: [#appendAsLeader] syncs before it
///    returns. `KafkaRaftClient` raises the end offset before it calls [#flush], so that a quorum
///    of one would otherwise show as committed what a power cut could still take back.
/// 3. A log that begins above 0 has a snapshot at or above its start.
public final class MetadataLog implements RaftLog {

  public static final TopicPartition PARTITION = Topic.CLUSTER_METADATA_TOPIC_PARTITION;
  public static final String FOLDER = PARTITION.toString();

  private static final Logger LOG = LoggerFactory.getLogger(MetadataLog.class);
  private static final short NO_PRODUCE_VERSION = Short.MAX_VALUE;

  /// What one fetch of a peer gets at most, log or snapshot, whatever it asks for: it is read into
  /// memory. As much as Kafka's controllers ask for by default; a single batch may be larger.
  static final int MOST_FETCHED_BYTES = 8 << 20;

  private final World world;
  private final PartitionLog log;
  private final SnapshotFiles snapshots;
  private final MetadataLogConfig config;
  private final EventLoop loop;
  private final SpaceReserve reserve;
  private volatile LogOffsetMetadata endOffset;
  private volatile LogOffsetMetadata highWatermark;

  private MetadataLog(
      World world,
      EventLoop loop,
      PartitionLog log,
      SnapshotFiles snapshots,
      MetadataLogConfig config) {
    this.world = world;
    this.loop = loop;
    this.log = log;
    this.snapshots = snapshots;
    this.config = config;
    this.reserve = new SpaceReserve(world.disk(), log.dir().resolveSibling("."));
    this.endOffset = new LogOffsetMetadata(log.logEndOffset());
    this.highWatermark = new LogOffsetMetadata(log.logStartOffset());
  }

  /// Opens or creates the log below `directory`. All of it is walked and checked, which costs a
  /// read of at most `metadata.max.retention.bytes`. Blocks.
  ///
  /// @throws IOException when it cannot be read, or is damaged in the middle: a hole in the
  ///   metadata cannot be walked around
  static MetadataLog open(World world, EventLoop loop, Path directory, MetadataLogConfig config)
      throws IOException {
    Path folder = directory.resolve(FOLDER);
    if (!world.disk().exists(folder)) {
      world.disk().createDirectories(folder);
      world.disk().syncDirectory(directory);
    }
    PartitionLog log =
        PartitionLog.open(
            new LogEnvironment(world, LogReports.NONE),
            folder,
            logConfig(config),
            LogOpenState.unknown(Uuid.METADATA_TOPIC_ID));
    if (!log.damage().isEmpty()) {
      RottenRange damage = log.damage().getFirst();
      log.abandon();
      throw new IOException(
          "The metadata log in "
              + folder
              + " is damaged from offset "
              + damage.firstOffset()
              + " to "
              + (damage.nextOffset() - 1)
              + ". Restore the folder from a backup; in a quorum of"
              + " several, empty the directory and start once with --cluster-id and"
              + " --no-initial-controllers, so that this node fetches the log again.");
    }
    SnapshotFiles snapshots = SnapshotFiles.recover(world.disk(), folder, log.logStartOffset());
    MetadataLog opened = new MetadataLog(world, loop, log, snapshots, config);
    // A follower may have died between fetching a snapshot and cutting its log.
    opened.truncateToLatestSnapshot();
    return opened;
  }

  private static LogConfig logConfig(MetadataLogConfig config) {
    Integer internal = config.internalSegmentBytes();
    return LogConfig.DEFAULTS
        .with("segment.bytes", internal == null ? config.logSegmentBytes() : internal)
        .with("segment.ms", config.logSegmentMillis())
        .with("max.message.bytes", config.internalMaxBatchSizeInBytes())
        // Every append is synced before it counts, so recovery must not cut what it has promised.
        .with("flush.messages", 1)
        .with("retention.ms", -1)
        .with("retention.bytes", -1);
  }

  @Override
  public LogAppendInfo appendAsLeader(Records records, int epoch) {
    ByteBuffer bytes = bytesOf(records);
    int position = bytes.position();
    int length = bytes.remaining();
    LogAppendInfo info =
        appended(() ->
            log.appendAsLeader(
                bytes, position, length, epoch, AppendOrigin.RAFT_LEADER, NO_PRODUCE_VERSION));
    sync(false);
    endOffset = new LogOffsetMetadata(log.logEndOffset());
    return info;
  }

  @Override
  public LogAppendInfo appendAsFollower(Records records, int epoch) {
    ByteBuffer bytes = bytesOf(records);
    int position = bytes.position();
    int length = bytes.remaining();
    LogAppendInfo info = appended(() -> log.appendAsFollower(bytes, position, length, epoch));
    endOffset = new LogOffsetMetadata(log.logEndOffset());
    return info;
  }

  private static ByteBuffer bytesOf(Records records) {
    if (records.sizeInBytes() == 0) {
      throw new IllegalArgumentException("append of nothing");
    }
    return ((MemoryRecords) records).buffer();
  }

  /// Appends; where the disk is full, once more with the reserve.
  private LogAppendInfo appended(Supplier<AppendOutcome> append) {
    AppendOutcome outcome = append.get();
    if (log.isDiskFull()) {
      try {
        if (reserve.spend()) {
          outcome = append.get();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    if (log.isDiskFull()) {
      throw new UncheckedIOException(new DiskFullException(log.dir(), null));
    }
    return switch (outcome) {
      case AppendOutcome.Appended done -> new LogAppendInfo(done.firstOffset(), done.lastOffset());
      case AppendOutcome.Duplicate again ->
          throw new IllegalStateException("metadata has no producers: " + again);
      case AppendOutcome.Refused refused -> throw new CorruptRecordException(refused.message());
      case AppendOutcome.Failed failed -> throw new UncheckedIOException(failed.cause());
    };
  }

  /// Sets the room aside that a full disk will not have. Blocks.
  void fillReserve() {
    reserve.fill();
  }

  /// Whether the disk is full and the reserve used: raft must rest.
  boolean waitsForRoom() {
    try {
      return reserve.isSpent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public LogFetchInfo read(long startOffset, Isolation isolation, int maxTotalBatchBytes) {
    long limit =
        switch (isolation) {
          case COMMITTED -> highWatermark.offset();
          case UNCOMMITTED -> endOffset.offset();
        };
    return switch (log.read(
        startOffset, Math.min(maxTotalBatchBytes, MOST_FETCHED_BYTES), limit, true)) {
      case LogRead.Data data -> {
        try {
          MemoryRecords records = data.loadRecords();
          long baseOffset = records.batchIterator().peek().baseOffset();
          yield new LogFetchInfo(records, new LogOffsetMetadata(baseOffset));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      case LogRead.Empty _ ->
          new LogFetchInfo(MemoryRecords.EMPTY, new LogOffsetMetadata(startOffset));
      case LogRead.Refused refused ->
          throw switch (refused.error()) {
            case OFFSET_OUT_OF_RANGE -> new OffsetOutOfRangeException(refused.message());
            default -> new CorruptRecordException(refused.message());
          };
      case LogRead.Failed failed -> throw new UncheckedIOException(failed.cause());
    };
  }

  @Override
  public int lastFetchedEpoch() {
    int latest = log.latestEpoch();
    return latest >= 0 ? latest : latestSnapshotId().map(OffsetAndEpoch::epoch).orElse(0);
  }

  @Override
  public OffsetAndEpoch endOffsetForEpoch(int epoch) {
    EpochEnd end = log.epochs().endOffsetFor(epoch, log.logEndOffset());
    if (!end.isDefined()) {
      return new OffsetAndEpoch(log.logEndOffset(), lastFetchedEpoch());
    }
    OffsetAndEpoch earliest = earliestSnapshotId().orElse(null);
    if (earliest != null && end.endOffset() == earliest.offset() && end.epoch() == epoch) {
      // The smallest epoch that the log knows: divergence begins at the oldest snapshot.
      return earliest;
    }
    return new OffsetAndEpoch(end.endOffset(), end.epoch());
  }

  @Override
  public LogOffsetMetadata endOffset() {
    return endOffset;
  }

  @Override
  public LogOffsetMetadata highWatermark() {
    return highWatermark;
  }

  @Override
  public long startOffset() {
    return log.logStartOffset();
  }

  @Override
  public void initializeLeaderEpoch(int epoch) {
    log.epochs().assign(epoch, log.logEndOffset());
  }

  @Override
  public void truncateTo(long offset) {
    if (offset < highWatermark.offset()) {
      throw new IllegalArgumentException(
          "truncation to " + offset + ", below the high watermark " + highWatermark.offset());
    }
    try {
      log.truncateTo(offset);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    endOffset = new LogOffsetMetadata(log.logEndOffset());
  }

  @Override
  public boolean truncateToLatestSnapshot() {
    OffsetAndEpoch latest = latestSnapshotId().orElse(null);
    if (latest == null) {
      return false;
    }
    int epoch = Math.max(0, log.latestEpoch());
    if (latest.epoch() < epoch
        || (latest.epoch() == epoch && latest.offset() <= log.logEndOffset())) {
      return false;
    }
    LOG.info(
        "The snapshot {} is ahead of the log's end {}: starting again from it",
        latest,
        log.logEndOffset());
    try {
      log.truncateFullyAndStartAt(latest.offset());
      endOffset = new LogOffsetMetadata(latest.offset());
      highWatermark = new LogOffsetMetadata(latest.offset());
      deleteLater(snapshots.forgetBefore(latest));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return true;
  }

  @Override
  public void updateHighWatermark(LogOffsetMetadata offset) {
    long bounded = Math.max(log.logStartOffset(), Math.min(offset.offset(), log.logEndOffset()));
    if (bounded != offset.offset()) {
      LOG.warn("High watermark {} lies outside the log; {} is used", offset.offset(), bounded);
    }
    highWatermark = new LogOffsetMetadata(bounded);
  }

  @Override
  public boolean deleteBeforeSnapshot(OffsetAndEpoch snapshotId) {
    return deleteBefore(snapshotId, "a newer snapshot replaces it");
  }

  private boolean deleteBefore(OffsetAndEpoch id, String reason) {
    OffsetAndEpoch latest = latestSnapshotId().orElse(null);
    if (latest == null
        || !snapshots.contains(id)
        || id.offset() <= log.logStartOffset()
        || id.offset() > latest.offset()) {
      return false;
    }
    try {
      if (!log.incrementLogStartOffset(id.offset())) {
        return false;
      }
      RetentionResult retention =
          log.applyRetention(world.clock().wallMs(), highWatermark.offset());
      List<Path> forgotten = snapshots.forgetBefore(id);
      LOG.info(
          "Metadata before snapshot {} is deleted: {} ({} snapshots, {} segments)",
          id,
          reason,
          forgotten.size(),
          retention.deletedSegments());
      deleteLater(retention.files());
      deleteLater(forgotten);
      return retention.deletedSegments() > 0 || !forgotten.isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void deleteLater(List<Path> files) {
    if (files.isEmpty()) {
      return;
    }
    loop.schedule(
        config.internalDeleteDelayMillis() * 1_000_000,
        () -> world.workers().execute(() -> delete(files)));
  }

  private void delete(List<Path> files) {
    for (Path file : files) {
      try {
        world.disk().delete(file);
      } catch (IOException e) {
        LOG.warn("Could not delete {}; the next start will", file, e);
      }
    }
  }

  @Override
  public void flush(boolean forceFlushActiveSegment) {
    sync(forceFlushActiveSegment);
  }

  private void sync(boolean full) {
    if (!full && log.recoveryPoint() >= log.logEndOffset()) {
      return;
    }
    try {
      FlushTicket ticket = log.prepareFlush(full);
      ticket.run();
      log.completeFlush(ticket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Drops the oldest snapshot, and the log up to the next one, while log and snapshots together
  /// exceed `metadata.max.retention.bytes` or the oldest is older than `metadata.max.retention.ms`.
  /// The newest snapshot always stays.
  @Override
  public boolean maybeClean() {
    boolean cleaned = false;
    List<OffsetAndEpoch> ids = snapshots.ids();
    for (int i = 0; i + 1 < ids.size(); i++) {
      String breach = retentionBreach(ids.get(i));
      if (breach == null || !deleteBefore(ids.get(i + 1), breach)) {
        break;
      }
      cleaned = true;
    }
    return cleaned;
  }

  private @Nullable String retentionBreach(OffsetAndEpoch oldest) {
    long bytes = log.size() + snapshots.totalBytes();
    if (config.retentionMaxBytes() >= 0 && bytes > config.retentionMaxBytes()) {
      return bytes + " bytes exceed metadata.max.retention.bytes=" + config.retentionMaxBytes();
    }
    if (config.retentionMillis() < 0) {
      return null;
    }
    RawSnapshotReader reader = snapshots.read(oldest).orElse(null);
    if (reader == null) {
      return null;
    }
    long age =
        world.clock().wallMs()
            - Snapshots.lastContainedLogTimestamp(reader, new LogContext("[MetadataLog] "));
    return age > config.retentionMillis()
        ? "its age of " + age + " ms exceeds metadata.max.retention.ms=" + config.retentionMillis()
        : null;
  }

  @Override
  public TopicPartition topicPartition() {
    return PARTITION;
  }

  @Override
  public Uuid topicId() {
    return Uuid.METADATA_TOPIC_ID;
  }

  @Override
  public Optional<RawSnapshotWriter> createNewSnapshot(OffsetAndEpoch id) {
    if (id.offset() < log.logStartOffset()) {
      LOG.info("No snapshot {}: the log begins at {} already", id, log.logStartOffset());
      return Optional.empty();
    }
    if (id.offset() > highWatermark.offset()) {
      throw new IllegalArgumentException(
          "snapshot " + id + " above the high watermark " + highWatermark.offset());
    }
    if (validateOffsetAndEpoch(id.offset(), id.epoch()).kind() != ValidOffsetAndEpoch.Kind.VALID) {
      throw new IllegalArgumentException("snapshot " + id + " does not match the log's epochs");
    }
    // Followers fetch from a snapshot's offset on, so a batch has to begin there.
    long baseOffset = read(id.offset(), Isolation.COMMITTED, 1).startOffsetMetadata.offset();
    if (baseOffset != id.offset()) {
      throw new IllegalArgumentException(
          "snapshot " + id + " would split the batch that begins at " + baseOffset);
    }
    return createNewSnapshotUnchecked(id);
  }

  @Override
  public Optional<RawSnapshotWriter> createNewSnapshotUnchecked(OffsetAndEpoch id) {
    if (snapshots.contains(id)) {
      return Optional.empty();
    }
    try {
      return Optional.of(snapshots.create(id));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<RawSnapshotReader> readSnapshot(OffsetAndEpoch id) {
    return snapshots.read(id);
  }

  @Override
  public Optional<RawSnapshotReader> latestSnapshot() {
    return snapshots.readLatest();
  }

  @Override
  public Optional<OffsetAndEpoch> latestSnapshotId() {
    return snapshots.latest();
  }

  @Override
  public Optional<OffsetAndEpoch> earliestSnapshotId() {
    return snapshots.earliest();
  }

  /// Nothing to do: a snapshot is known from the moment its writer has renamed the file.
  @Override
  public void onSnapshotFrozen(OffsetAndEpoch id) {}

  @Override
  public void close() {
    try {
      log.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
