package io.millrace.log;

import io.millrace.log.format.LogFiles;
import io.millrace.log.format.MalformedFileException;
import io.millrace.log.format.PartitionMetadata;
import io.millrace.log.segment.CorruptIndexException;
import io.millrace.log.segment.RottenRange;
import io.millrace.log.segment.Segment;
import io.millrace.log.segment.SegmentRecovery;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/// Opens a log's folder and makes of it, whatever state a crash left it in, a log that can be read
/// and appended to.
///
/// After a clean shutdown the files are taken as they are: the log's end is read from behind the
/// last index entry. After a crash the batches from the recovery point on are walked and checked
/// ([SegmentRecovery]); what lies below was made durable, with its indexes, before the recovery
/// point was written down, so the cost follows the unflushed tail. Epochs and producers are brought
/// up to the end from what was stored of them ([EpochRecovery], [ProducerRecovery]).
final class LogRecovery {

  private final LogState log;
  private final LogOpenState stored;
  private final LogReports reports;

  /// Where checking begins; the log's end when nothing needs it.
  private long trustedBelow;

  private boolean epochsLost;
  private boolean indexesWereSound = true;
  private boolean openedCleanly;

  /// Something in the folder was being replaced or deleted when the process ended.
  private boolean interrupted;

  /// The log is shorter than what was synced.
  private boolean lacksPromised;

  LogRecovery(LogState log, LogOpenState stored) {
    this.log = log;
    this.stored = stored;
    this.reports = log.environment.reports();
  }

  void run() throws IOException {
    if (!log.disk.exists(log.dir)) {
      log.disk.createDirectories(log.dir);
    }
    if (stored.lastStop() != LastStop.CLEAN) {
      log.parentDirty = true;
      log.folderDirty = true;
    }
    FolderCleanup cleanup = new FolderCleanup(log.disk, log.dir);
    Set<String> names = new LinkedHashSet<>(cleanup.run());
    interrupted = cleanup.foundAny();
    readTopicId();
    readEpochs(names.contains(LogFiles.LEADER_EPOCHS));
    openSegments(names);
    if (log.segments.isEmpty()) {
      addSegment(Math.max(0, stored.logStartOffset()));
      trustedBelow = log.nextOffset;
    } else if (!openCleanly()) {
      recoverTail();
    }
    cleanup.finish();
    dropWhatStartPassed();
    log.logStartOffset = Math.max(stored.logStartOffset(), log.segments.first().baseOffset());
    new EpochRecovery(log).run(epochsLost);
    // Snapshots are as good as the batches: those of a killed process are all believed.
    new ProducerRecovery(log)
        .run(stored.lastStop() == LastStop.KILLED ? log.nextOffset : trustedBelow);
    log.dropDamageBelow(log.logStartOffset);
    log.recoveryPoint = Math.min(trustedBelow, log.nextOffset);
    log.indexedPoint = log.recoveryPoint;
    log.asLeft = openedCleanly && !log.folderDirty && !interrupted;
    log.segments.all().forEach(Segment::releaseIndexFiles);
    for (RottenRange range : log.damage) {
      reports.damaged(log.dir, range);
    }
    if (!log.damage.isEmpty()) {
      log.integrity = Integrity.DAMAGED;
    }
    if (lacksPromised) {
      log.integrity = Integrity.LACKING;
      reports.lacking(log.dir, log.nextOffset);
    }
  }

  private void readTopicId() throws IOException {
    if (stored.topicIdRead()) {
      log.topicId = stored.topicId();
      log.metadataUnsynced = stored.lastStop() != LastStop.CLEAN;
      return;
    }
    Uuid found;
    try {
      found = PartitionMetadata.read(log.disk, log.dir);
    } catch (MalformedFileException e) {
      reports.rebuilt(log.dir.resolve(LogFiles.PARTITION_METADATA), String.valueOf(e.getMessage()));
      found = Uuid.ZERO_UUID;
    }
    Uuid expected = stored.topicId();
    if (found.equals(Uuid.ZERO_UUID) && !expected.equals(Uuid.ZERO_UUID)) {
      PartitionMetadata.write(log.disk, log.dir, expected);
      log.metadataUnsynced = true;
      log.folderDirty = true;
      found = expected;
    } else if (!expected.equals(Uuid.ZERO_UUID) && !expected.equals(found)) {
      throw new InconsistentTopicIdException(log.dir, expected, found);
    }
    log.topicId = found;
    log.metadataUnsynced |= stored.lastStop() != LastStop.CLEAN && !found.equals(Uuid.ZERO_UUID);
  }

  private void readEpochs(boolean there) throws IOException {
    epochsLost = !there;
    try {
      log.epochs = there ? EpochFile.read(log.disk, log.dir) : new LeaderEpochs();
    } catch (MalformedFileException e) {
      reports.rebuilt(log.dir.resolve(LogFiles.LEADER_EPOCHS), String.valueOf(e.getMessage()));
      epochsLost = true;
    }
  }

  /// Opens what has a `.log` file and removes indexes without one.
  private void openSegments(Set<String> names) throws IOException {
    for (String name : names) {
      long offset = LogFiles.offsetOf(name);
      String suffix = LogFiles.suffixOf(name);
      switch (suffix) {
        case LogFiles.LOG ->
            log.segments.add(
                Segment.open(
                    log.disk,
                    log.dir,
                    names,
                    offset,
                    log.nowMs(),
                    log.rollJitterMs(),
                    log.environment.lookups()));
        case LogFiles.OFFSET_INDEX, LogFiles.TIME_INDEX, LogFiles.TRANSACTION_INDEX -> {
          if (!names.contains(LogFiles.name(offset, LogFiles.LOG))) {
            reports.rebuilt(log.dir.resolve(name), "has no segment");
            log.disk.delete(log.dir.resolve(name));
          }
        }
        case LogFiles.SNAPSHOT -> log.snapshots.found(offset, stored.lastStop() == LastStop.KILLED);
        default -> {}
      }
    }
    for (Segment segment : log.segments.all()) {
      if (segment.size() > 0 && lacksIndex(segment, names)) {
        rebuildIndexes(segment, "index file is missing");
      }
    }
  }

  private static boolean lacksIndex(Segment segment, Set<String> names) {
    return !names.contains(LogFiles.name(segment.baseOffset(), LogFiles.OFFSET_INDEX))
        || !names.contains(LogFiles.name(segment.baseOffset(), LogFiles.TIME_INDEX));
  }

  private void rebuildIndexes(Segment segment, String reason) throws IOException {
    indexesWereSound = false;
    reports.rebuilt(segment.path(LogFiles.OFFSET_INDEX), reason);
    segment.rebuildIndexes(log.config.indexIntervalBytes());
  }

  /// Takes the log as it is, when the node left cleanly and everything was durable up to the end.
  private boolean openCleanly() throws IOException {
    if (stored.lastStop() != LastStop.CLEAN) {
      return false;
    }
    Segment active = log.segments.active();
    long end;
    try {
      end = active.prepareAppends();
    } catch (CorruptIndexException e) {
      rebuildIndexes(active, String.valueOf(e.getMessage()));
      end = active.prepareAppends();
    }
    if (end != stored.recoveryPoint()) {
      // Left cleanly, yet with something behind the recovery point: damage that was found before.
      // Or with less than was there.
      return false;
    }
    log.nextOffset = end;
    trustedBelow = end;
    openedCleanly = indexesWereSound;
    return true;
  }

  private void recoverTail() throws IOException {
    if (stored.lastStop() == LastStop.UNKNOWN || interrupted) {
      // Whoever deleted files here may have ended before that was durable.
      log.disk.syncDirectory(log.dir);
    }
    trustedBelow = Math.max(0, stored.recoveryPoint());
    int index = Math.max(0, log.segments.floor(trustedBelow));
    long next = -1;
    for (; index < log.segments.count(); index++) {
      Segment segment = log.segments.get(index);
      if (next >= 0 && next != segment.baseOffset() && gapIsLoss()) {
        dropFrom(index);
        break;
      }
      SegmentRecovery recovery = recover(segment, index);
      next = recovery.nextOffset();
      recovery
          .epochs()
          .forEach((epoch, start) -> {
            if (epoch > log.epochs.latestEpoch()) {
              log.epochs.assign(epoch, start);
            }
          });
      log.addDamage(segment, recovery.damage());
      if (recovery.wasCut()) {
        dropFrom(index + 1);
      }
      if (index + 1 < log.segments.count()) {
        segment.seal();
      }
    }
    log.nextOffset = Math.max(next, log.segments.active().baseOffset());
    lacksPromised |= log.nextOffset < trustedBelow;
    if (stored.lastStop() == LastStop.UNKNOWN || interrupted || log.nextOffset < trustedBelow) {
      // A cut may not be durable, and what was cut must not come back behind new batches. After a
      // kill there is none, unless something in the folder says so: thousands of logs wait for the
      // device here.
      log.segments.active().sync();
    }
  }

  private SegmentRecovery recover(Segment segment, int index) throws IOException {
    boolean last = index + 1 == log.segments.count();
    long limit = last ? Long.MAX_VALUE : log.segments.get(index + 1).baseOffset();
    if (stored.lastStop() == LastStop.KILLED && !isKafkas(segment)) {
      SegmentRecovery quick = recovery(segment);
      if (quick.runAsWritten(trustedBelow, limit)) {
        return quick;
      }
    }
    SegmentRecovery thorough = recovery(segment);
    boolean followed = !last && beginsWithBatch(log.segments.get(index + 1));
    thorough.run(trustedBelow, lastWrites(), followed, limit);
    return thorough;
  }

  private boolean isKafkas(Segment segment) throws IOException {
    return segment.hasPaddedIndexes(log.config.segmentIndexBytes());
  }

  private SegmentRecovery recovery(Segment segment) {
    return new SegmentRecovery(
        segment, log.environment.segmentRecoveryBufferBytes(), log.config.indexIntervalBytes());
  }

  /// After a power failure, where pages reach the device in any order, a batch that is not whole
  /// ends a log that promises nothing of what was not flushed, whatever follows it. A log that
  /// syncs before it acknowledges may have promised what lies behind, and so may any log as long as
  /// the machine ran on, or nobody knows what was flushed.
  private SegmentRecovery.Writes lastWrites() {
    if (stored.lastStop() != LastStop.UNKNOWN) {
      return SegmentRecovery.Writes.RETURNED;
    }
    return stored.recoveryPoint() >= 0 && !log.config.syncsBeforeAck()
        ? SegmentRecovery.Writes.UNPROMISED
        : SegmentRecovery.Writes.LOST_UNLESS_SYNCED;
  }

  /// Between two segments that were never flushed, offsets that are missing are the lost end of the
  /// first, or a whole segment, unless nobody knows what was flushed. Where Kafka wrote last, they
  /// may be what its cleaner took: it compacts above the recovery point that it has written down.
  private boolean gapIsLoss() throws IOException {
    return stored.recoveryPoint() >= 0
        && !(log.config.compact() && isKafkas(log.segments.active()));
  }

  private boolean beginsWithBatch(Segment segment) throws IOException {
    var scanner = segment.scan(0, 1 << 16, true);
    return scanner.next() && scanner.baseOffset() >= segment.baseOffset();
  }

  /// Durable when it returns: else the files could come back beside what is appended next.
  private void dropFrom(int index) throws IOException {
    log.deleteNow(log.segments.removeFrom(index));
  }

  /// Segments were lost from the folder while the log start offset survived: start again there.
  private void dropWhatStartPassed() throws IOException {
    if (stored.logStartOffset() > log.nextOffset) {
      dropFrom(0);
      log.epochs.clear();
      log.damage.clear();
      for (long offset : List.copyOf(log.snapshots.offsets())) {
        log.snapshots.delete(offset);
      }
      addSegment(stored.logStartOffset());
      trustedBelow = log.nextOffset;
    }
  }

  private void addSegment(long baseOffset) throws IOException {
    log.segments.add(
        Segment.create(
            log.disk,
            log.dir,
            baseOffset,
            log.nowMs(),
            log.rollJitterMs(),
            log.environment.lookups()));
    log.nextOffset = baseOffset;
    log.folderDirty = true;
  }
}
