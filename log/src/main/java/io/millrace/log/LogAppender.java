package io.millrace.log;

import io.millrace.log.append.FollowerValidator;
import io.millrace.log.append.LeaderValidator;
import io.millrace.log.format.BatchHeader;
import io.millrace.log.segment.Segment;
import io.millrace.runtime.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/// The append: validate, judge by producer, roll if the segment is full, write, then bring epochs,
/// producers and indexes after. Nothing but the write can fail once the checks have passed.
final class LogAppender {

  private final LogState log;
  private final LeaderValidator leader = new LeaderValidator();
  private final FollowerValidator follower = new FollowerValidator();

  /// Set by the first failed write: what lies behind the last good batch is unknown from then on.
  private @Nullable IOException failure;

  LogAppender(LogState log) {
    this.log = log;
  }

  AppendOutcome asLeader(
      ByteBuffer bytes,
      int position,
      int length,
      int leaderEpoch,
      AppendOrigin origin,
      short produceVersion) {
    AppendOutcome closed = refuseWhenUnfit();
    if (closed != null) {
      return closed;
    }
    long nowMs = log.nowMs();
    boolean fits =
        origin == AppendOrigin.RAFT_LEADER
            ? leader.validateAssigned(
                bytes, position, length, log.config, leaderEpoch, log.nextOffset)
            : leader.validate(
                bytes,
                position,
                length,
                log.config,
                origin,
                produceVersion,
                leaderEpoch,
                log.nextOffset,
                nowMs);
    if (!fits) {
      return new AppendOutcome.Refused(leader.error(), leader.message(), leader.recordErrors());
    }
    if (leader.length() > log.config.segmentBytes()) {
      return new AppendOutcome.Refused(
          Errors.RECORD_LIST_TOO_LARGE,
          "Message batch size is "
              + leader.length()
              + " bytes, which exceeds the maximum configured segment size of "
              + log.config.segmentBytes());
    }
    long firstOffset = BatchHeader.baseOffset(leader.bytes(), leader.position());
    switch (log.producers.check(leader.bytes(), leader.position(), leader.length(), origin)) {
      case ACCEPT -> {}
      case DUPLICATE -> {
        return new AppendOutcome.Duplicate(
            log.producers.duplicateFirstOffset(),
            log.producers.duplicateLastOffset(),
            appendTime(log.producers.duplicateTimestamp()),
            log.logStartOffset);
      }
      case REFUSE -> {
        return new AppendOutcome.Refused(log.producers.refusal(), log.producers.refusalText());
      }
    }
    return write(
        leader.bytes(),
        leader.position(),
        leader.length(),
        firstOffset,
        leader.lastOffset(),
        leader.maxTimestamp(),
        appendTime(nowMs));
  }

  private long appendTime(long timestampMs) {
    return log.config.timestampType() == TimestampType.LOG_APPEND_TIME ? timestampMs : -1;
  }

  AppendOutcome asFollower(ByteBuffer bytes, int position, int length, int leaderEpoch) {
    AppendOutcome closed = refuseWhenUnfit();
    if (closed != null) {
      return closed;
    }
    if (!follower.validate(bytes, position, length, leaderEpoch, log.nextOffset)) {
      return new AppendOutcome.Refused(follower.error(), follower.message());
    }
    if (follower.length() == 0) {
      return new AppendOutcome.Appended(
          log.nextOffset, log.nextOffset - 1, -1, log.logStartOffset, false);
    }
    return write(
        bytes,
        position,
        follower.length(),
        follower.firstOffset(),
        follower.lastOffset(),
        follower.maxTimestamp(),
        -1);
  }

  private @Nullable AppendOutcome refuseWhenUnfit() {
    if (log.closed) {
      return new AppendOutcome.Refused(Errors.KAFKA_STORAGE_ERROR, "The log is closed");
    }
    if (failure != null) {
      return new AppendOutcome.Failed(failure);
    }
    if (!log.damage.isEmpty()) {
      return new AppendOutcome.Refused(
          Errors.KAFKA_STORAGE_ERROR,
          "The log is damaged from offset " + log.damage.getFirst().firstOffset() + " on");
    }
    return null;
  }

  private AppendOutcome write(
      ByteBuffer bytes,
      int position,
      int length,
      long firstOffset,
      long lastOffset,
      long maxTimestamp,
      long logAppendTimeMs) {
    try {
      Segment segment = log.segments.active();
      if (segment.mustRoll(
          length,
          lastOffset,
          maxTimestamp,
          log.nowMs(),
          log.config.segmentBytes(),
          log.config.segmentMs(),
          log.config.segmentIndexBytes())) {
        roll(firstOffset);
        segment = log.segments.active();
      }
      segment.append(bytes, position, length, log.config.indexIntervalBytes());
      noteBatches(segment, bytes, position, length);
    } catch (DiskFullException e) {
      return diskFull();
    } catch (IOException e) {
      failure = e;
      return new AppendOutcome.Failed(e);
    }
    if (log.diskFull) {
      log.diskFull = false;
      log.environment.reports().diskHasRoom(log.dir);
    }
    log.asLeft = false;
    log.unflushedMessages += lastOffset + 1 - log.nextOffset;
    log.nextOffset = lastOffset + 1;
    log.bytesSinceSnapshot += length;
    log.bytesSinceFullFlush += length;
    return new AppendOutcome.Appended(
        firstOffset,
        lastOffset,
        logAppendTimeMs,
        log.logStartOffset,
        log.unflushedMessages >= log.config.flushMessages());
  }

  /// Nothing of the append is in the log, and nothing else has changed: once there is room, the
  /// next one succeeds.
  private AppendOutcome diskFull() {
    if (!log.diskFull) {
      log.diskFull = true;
      log.environment.reports().diskFull(log.dir);
    }
    return new AppendOutcome.Refused(
        Errors.KAFKA_STORAGE_ERROR, "The disk is full; try again when there is room");
  }

  private void noteBatches(Segment segment, ByteBuffer bytes, int position, int length)
      throws IOException {
    for (int at = position; at < position + length; ) {
      int size = BatchHeader.sizeInBytes(bytes, at);
      int epoch = BatchHeader.leaderEpoch(bytes, at);
      if (epoch >= 0) {
        log.epochs.assign(epoch, BatchHeader.baseOffset(bytes, at));
      }
      AbortedTransaction aborted = log.producers.replay(bytes, at, size);
      bytes.clear();
      if (aborted != null) {
        segment.addAborted(aborted);
      }
      at += size;
    }
  }

  /// Closes the active segment and begins the next at `baseOffset`. A producer snapshot marks the
  /// border, so that either side can be recovered without the other.
  void roll(long baseOffset) throws IOException {
    Segment full = log.segments.active();
    if (full.size() == 0 && full.baseOffset() == baseOffset) {
      return;
    }
    full.seal();
    log.segments.add(
        Segment.create(
            log.disk,
            log.dir,
            baseOffset,
            log.nowMs(),
            log.rollJitterMs(),
            log.environment.lookups()));
    log.folderDirty = true;
    log.asLeft = false;
    takeSnapshot();
  }

  /// Writes the producers as of the log's end, unless a snapshot of just that is there. The one
  /// before goes, unless it marks the beginning of a segment. Left out while the disk is full: then
  /// a start replays more. Left out for damage, too: nobody knows its producers.
  void takeSnapshot() throws IOException {
    long before = log.snapshots.latest();
    if (log.snapshots.has(log.nextOffset) || log.nextOffset == 0 || !log.damage.isEmpty()) {
      return;
    }
    try {
      log.snapshots.write(log.nextOffset, log.producers.snapshot());
    } catch (DiskFullException e) {
      return;
    }
    if (before >= 0 && log.segments.at(before) == null) {
      log.supersededSnapshots.add(before);
    }
    log.bytesSinceSnapshot = 0;
  }
}
