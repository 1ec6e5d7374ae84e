package io.millrace.log;

import io.millrace.log.append.BatchFraming;
import io.millrace.log.format.BatchHeader;
import io.millrace.log.segment.CorruptIndexException;
import io.millrace.log.segment.RottenRange;
import io.millrace.log.segment.Segment;
import io.millrace.runtime.DiskFullException;
import io.millrace.runtime.Invariant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// One replica's log: segments of batches with ascending offsets, in Kafka's files.
///
/// Not thread-safe: every method is called under its owner's guard (the partition's monitor, Raft's
/// thread), except where said. No method waits for the device except those that say "blocks";
/// appends and reads go through the page cache.
///
/// Invariants:
///
/// 1. `logStartOffset <= logEndOffset`, and the first segment begins at or below the start.
/// 2. `checkpointOffset <= recoveryPoint <= logEndOffset`.
/// 3. Batches below the recovery point are never written again, except by the very same bytes where
///    they have rotted ([#repair]); a cut takes the point back first.
public final class PartitionLog {

  private final LogState log;
  private final LogAppender appender;
  private final LogReader reader;
  private final ProducerStates producers;

  private PartitionLog(LogState log) {
    this.log = log;
    this.appender = new LogAppender(log);
    this.reader = new LogReader(log);
    this.producers = new ProducerStates(log);
  }

  /// Opens or creates the log in `dir`, after whatever recovery `state` asks for. Blocks, possibly
  /// for long: belongs on workers.
  public static PartitionLog open(
      LogEnvironment environment, Path dir, LogConfig config, LogOpenState state)
      throws IOException {
    LogState log = new LogState(environment, dir, config);
    new LogRecovery(log, state).run();
    log.lastFlushedMs = log.nowMs();
    PartitionLog opened = new PartitionLog(log);
    opened.checkInvariants();
    if (opened.checkpointOffset() < state.recoveryPoint()) {
      // What is appended from here on must not be trusted for what was there before.
      environment.reports().recoveryPointLowered(opened);
    }
    return opened;
  }

  /// The partition's folder. Any thread.
  public Path dir() {
    return log.dir;
  }

  /// From `partition.metadata`; [Uuid#ZERO_UUID] when the folder has none. Any thread.
  public Uuid topicId() {
    return log.topicId;
  }

  public LogConfig config() {
    return log.config;
  }

  /// Takes effect from the next append on.
  public void updateConfig(LogConfig config) {
    log.config = config;
  }

  /// First offset that readers may ask for.
  public long logStartOffset() {
    return log.logStartOffset;
  }

  /// Where the first file begins: at the log start, or below it.
  public long firstSegmentOffset() {
    return log.segments.first().baseOffset();
  }

  /// The offset that the next record gets.
  public long logEndOffset() {
    return log.nextOffset;
  }

  /// Everything below is durable.
  public long recoveryPoint() {
    return log.recoveryPoint;
  }

  /// What `recovery-point-offset-checkpoint` may say: everything below is durable, index files
  /// included, and recovery can begin here. Never above [#recoveryPoint], nor above damage, so that
  /// every start finds the damage again.
  public long checkpointOffset() {
    return log.damage.isEmpty()
        ? log.indexedPoint
        : Math.min(log.indexedPoint, log.damage.getFirst().firstOffset());
  }

  /// Leader epoch of the last batch or of the last [LeaderEpochs#assign]; -1 when there is none.
  public int latestEpoch() {
    return log.epochs.latestEpoch();
  }

  /// Bytes of all segments.
  public long size() {
    return log.segments.size();
  }

  /// Base offset of the segment that appends go to.
  public long activeSegmentBaseOffset() {
    return log.segments.active().baseOffset();
  }

  public int segmentCount() {
    return log.segments.count();
  }

  /// Counts cuts: what was copied before one may be gone.
  public int truncations() {
    return log.truncations;
  }

  /// Takes over what the batches copied from `original` do not tell: its settings, its start, and
  /// the epochs that no batch followed.
  public void adopt(PartitionLog original) {
    log.config = original.log.config;
    incrementLogStartOffset(original.logStartOffset());
    original.log.epochs.forEach(log.epochs::assign);
  }

  public LeaderEpochs epochs() {
    return log.epochs;
  }

  public ProducerStates producers() {
    return producers;
  }

  /// Damage that recovery found and left in place; while there is any, appends are refused. It is
  /// among what is [#rot], and over when it is repaired, cut or deleted.
  public List<RottenRange> damage() {
    return List.copyOf(log.damage);
  }

  /// What is left of the first damage; null when there is none. A replica acknowledges nothing from
  /// there on.
  public @Nullable RottenRange firstDamage() {
    return log.firstDamage();
  }

  /// What the start has found of what was promised before. Any thread.
  public Integrity integrity() {
    return log.integrity;
  }

  /// What a scrub needs of the segment that holds `offset`, or of the first one behind it; null
  /// where the log is closed, or ends before. Its file is open for the caller, who gives it back.
  public @Nullable ScrubView scrubView(long offset) throws IOException {
    return log.closed ? null : ScrubView.of(log, offset);
  }

  /// Position in its segment of the last indexed batch at or below `offset`.
  public int indexedBefore(long offset) throws IOException {
    Segment segment = log.segments.get(Math.max(0, log.segments.floor(offset)));
    try {
      return (int) segment.scanFrom(offset, 1 << 12).position();
    } catch (CorruptIndexException e) {
      return 0;
    }
  }

  /// Notes what a scrub has found to be rotten: from now on it is refused to readers. Forgotten
  /// when the log is closed.
  ///
  /// @return the range as it is known now, null where the log has changed since the view was taken
  public @Nullable RottenRange noteRot(ScrubView view, RottenRange found) throws IOException {
    return log.closed ? null : new RangeRepair(log).note(view, found);
  }

  /// All that is known to be rotten, in ascending order.
  public List<RottenRange> rot() {
    List<RottenRange> all = new ArrayList<>();
    log.segments.all().forEach(segment -> all.addAll(segment.rot().ranges()));
    return all;
  }

  /// Nobody has a sound copy of this range, or somebody may have one again.
  public void markLost(RottenRange range, boolean lost) {
    Segment segment = log.segments.at(range.segmentOffset());
    if (segment != null) {
      segment.rot().replace(range, range.asLost(lost));
    }
  }

  /// Writes batches of another replica over the beginning of a rotten range. They are checked to be
  /// just those that were there: by checksum, offsets, epoch and size.
  ///
  /// @param range as [#rot] has it
  /// @param bytes whole batches; a partial one at the end is left for the next time
  public RepairOutcome repair(RottenRange range, ByteBuffer bytes, int position, int length)
      throws IOException {
    return log.closed
        ? RepairOutcome.GONE
        : new RangeRepair(log).repair(range, bytes, position, length);
  }

  /// Whether these batches are the beginning of what was in a rotten range, before [#repair].
  public RangeFit fit(RottenRange range, ByteBuffer bytes, int position, int length) {
    return new RangeRepair(log).fit(range, bytes, position, length);
  }

  /// A range that was repaired has been synced. Where it was the last damage, appends are taken
  /// again: for that, the headers of a segment and of the batches behind the last producer snapshot
  /// are read.
  public void onRepairSynced(RottenRange range) throws IOException {
    if (!log.closed) {
      new RangeRepair(log).onSynced(range);
    }
  }

  /// Makes the indexes of a segment anew where they are not what they should be.
  ///
  /// @return whether they were
  public boolean mendIndexes(long segmentOffset) throws IOException {
    return !log.closed && new RangeRepair(log).mendIndexes(segmentOffset);
  }

  /// Checks the batches in `bytes[position, position + length)`, gives them offsets, the leader
  /// epoch and with LogAppendTime the time, in place, and writes them with one `pwrite`. The bytes
  /// are lent for the call; position and limit of `bytes` are not kept. Direct big-endian memory is
  /// written without a copy.
  ///
  /// With [AppendOrigin#RAFT_LEADER] offsets and epochs stay as they are.
  ///
  /// @param produceVersion of the request, for the checks that depend on it; the latest otherwise
  public AppendOutcome appendAsLeader(
      ByteBuffer bytes,
      int position,
      int length,
      int leaderEpoch,
      AppendOrigin origin,
      short produceVersion) {
    return appender.asLeader(bytes, position, length, leaderEpoch, origin, produceVersion);
  }

  /// Stores batches as the leader stored them: offsets must continue the log, checksums must hold,
  /// batches of a higher leader epoch than `leaderEpoch` and what follows them are left out, a
  /// partial batch at the end is ignored.
  ///
  /// @return [AppendOutcome.Appended] with a last offset below the first when there was nothing to
  ///   append; OFFSET_OUT_OF_RANGE when the batches begin below the log's end
  public AppendOutcome appendAsFollower(
      ByteBuffer bytes, int position, int length, int leaderEpoch) {
    return appender.asFollower(bytes, position, length, leaderEpoch);
  }

  /// Whether this log is empty and the first of these batches spans its start: what a leader sends
  /// whose log was deleted up to the middle of a batch.
  public boolean isSpannedBy(ByteBuffer bytes, int position, int length) {
    return log.logStartOffset == log.nextOffset
        && BatchFraming.sizeAt(bytes, position, position + length) > 0
        && BatchHeader.baseOffset(bytes, position) < log.logStartOffset
        && BatchHeader.lastOffset(bytes, position) >= log.logStartOffset;
  }

  /// Begins this empty log again with a batch that spans its start ([#isSpannedBy]); the start
  /// stays. Blocks.
  ///
  /// @return as [#appendAsFollower]
  public AppendOutcome beginWithin(ByteBuffer batch, int leaderEpoch) throws IOException {
    long start = log.logStartOffset;
    new LogTruncation(log, this).fullyTo(BatchHeader.baseOffset(batch, 0));
    AppendOutcome outcome = appendAsFollower(batch, 0, batch.limit(), leaderEpoch);
    incrementLogStartOffset(Math.min(start, log.nextOffset));
    checkInvariants();
    return outcome;
  }

  /// Finds the batches from the one that holds `startOffset` on.
  ///
  /// @param maxBytes upper bound of the slice
  /// @param maxOffsetExclusive only batches below: high watermark, last stable offset or log end,
  ///   by who asks
  /// @param minOneBatch whether the first batch is given whole even when larger than `maxBytes`;
  ///   otherwise nothing is read where it does not fit
  public LogRead read(
      long startOffset, int maxBytes, long maxOffsetExclusive, boolean minOneBatch) {
    return reader.read(startOffset, maxBytes, maxOffsetExclusive, minOneBatch);
  }

  /// Aborted transactions that touch `[startOffset, endOffset)`, for read_committed fetches.
  public List<AbortedTransaction> abortedTransactions(long startOffset, long endOffset)
      throws IOException {
    List<AbortedTransaction> found = new ArrayList<>();
    for (int i = Math.max(0, log.segments.floor(startOffset)); i < log.segments.count(); i++) {
      if (log.segments.get(i).collectAborted(startOffset, endOffset, found)) {
        break;
      }
    }
    return found;
  }

  /// The first record with a timestamp at or after the target; offset -1 when there is none. May
  /// read a good part of one segment.
  public OffsetTimestamp searchTimestamp(long targetTimestampMs) throws IOException {
    OffsetTimestamp found =
        log.withSoundIndexes(() -> new TimestampSearch(log).firstAtOrAfter(targetTimestampMs));
    return found == null ? OffsetTimestamp.NONE : found;
  }

  /// The record with the largest timestamp; offset -1 when the log has none.
  public OffsetTimestamp maxTimestamp() throws IOException {
    OffsetTimestamp found = log.withSoundIndexes(() -> new TimestampSearch(log).largest());
    return found == null ? OffsetTimestamp.NONE : found;
  }

  /// Cuts the log so that `offset` is its end; a batch that spans it goes as a whole. Blocks.
  ///
  /// @return the new log end offset
  /// @throws DamagedBatchException where the place cannot be found for rot before it; nothing has
  ///   changed then
  public long truncateTo(long offset) throws IOException {
    new LogTruncation(log, this).to(offset);
    checkInvariants();
    return log.nextOffset;
  }

  /// Drops everything and starts again, empty, at `offset`. Blocks.
  public void truncateFullyAndStartAt(long offset) throws IOException {
    new LogTruncation(log, this).fullyTo(offset);
    checkInvariants();
  }

  /// Raises the log start offset (delete-records, or following the leader's). Nothing is removed
  /// before [#applyRetention].
  ///
  /// @return whether it moved
  public boolean incrementLogStartOffset(long offset) {
    Invariant.check(
        offset <= log.nextOffset, "log start %s behind log end %s", offset, log.nextOffset);
    if (offset <= log.logStartOffset) {
      return false;
    }
    log.logStartOffset = offset;
    log.dropDamageBelow(offset);
    log.epochs.truncateFromStart(offset);
    log.producers.onLogStartOffset(offset);
    return true;
  }

  /// Closes the active segment and starts the next one at the log end. Does nothing on an empty
  /// active segment.
  public void roll() throws IOException {
    if (log.segments.active().size() > 0) {
      appender.roll(log.nextOffset);
    }
  }

  /// Takes segments out that the settings no longer keep. Their files are renamed at once and are
  /// deleted later, by the caller and off the guard. An active segment that goes is replaced by a
  /// new one first.
  ///
  /// @param highWatermark nothing at or above it is touched
  public RetentionResult applyRetention(long nowMs, long highWatermark) throws IOException {
    Retention retention = new Retention(log, nowMs, highWatermark);
    int count = log.damage.isEmpty() ? retention.deletableSegments() : 0;
    if (count == 0) {
      return RetentionResult.nothing(log.logStartOffset);
    }
    if (count == log.segments.count() && !rolled()) {
      count--;
      if (count == 0) {
        return RetentionResult.nothing(log.logStartOffset);
      }
    }
    incrementLogStartOffset(log.segments.get(count).baseOffset());
    RetentionResult result = retention.delete(count);
    checkInvariants();
    return result;
  }

  /// Rolls, unless the disk is full.
  private boolean rolled() throws IOException {
    try {
      roll();
      return true;
    } catch (DiskFullException e) {
      return false;
    }
  }

  /// Whether the last append was refused for want of room. The next one may succeed.
  public boolean isDiskFull() {
    return log.diskFull;
  }

  /// Records appended and not flushed.
  public long unflushedMessages() {
    return log.unflushedMessages;
  }

  /// When the log was last flushed, or opened.
  public long lastFlushedMs() {
    return log.lastFlushedMs;
  }

  /// Whether a full flush would move [#checkpointOffset].
  public boolean needsFullFlush() {
    return log.indexedPoint < log.nextOffset || log.epochs.isDirty(log.nextOffset);
  }

  /// Whether a segment waits to be flushed that takes no more appends, or much of the active one.
  public boolean fullFlushDue() {
    int index = log.segments.floor(log.indexedPoint);
    return index + 1 < log.segments.count() || log.bytesSinceFullFlush >= LogState.FULL_FLUSH_BYTES;
  }

  /// What to sync so that everything appended so far is durable.
  ///
  /// @param full also indexes, epochs and producer state, so that [#checkpointOffset] follows;
  ///   otherwise only what an acknowledgement needs. One full flush at a time.
  public FlushTicket prepareFlush(boolean full) throws IOException {
    if (full && log.bytesSinceSnapshot >= LogState.SNAPSHOT_BYTES) {
      appender.takeSnapshot();
    }
    return LogFlush.prepare(log, full);
  }

  /// Moves [#recoveryPoint] after `ticket` has run. Tickets may be completed in any order.
  public void completeFlush(FlushTicket ticket) {
    LogFlush flush = (LogFlush) ticket;
    if (flush.lacksEpochs()) {
      log.epochs.markDirty();
    }
    if (flush.truncations() != log.truncations) {
      return;
    }
    log.recoveryPoint = Math.max(log.recoveryPoint, flush.upToOffset());
    if (flush.isFull() && !flush.lacksEpochs()) {
      log.indexedPoint = Math.max(log.indexedPoint, flush.upToOffset());
      log.bytesSinceFullFlush = 0;
    }
    log.unflushedMessages = log.nextOffset - log.recoveryPoint;
    log.lastFlushedMs = log.nowMs();
  }

  /// Flushes everything and closes the files: the next open needs no recovery, unless the disk is
  /// full and did not take the indexes. Blocks.
  public void close() throws IOException {
    close(true);
  }

  /// Nothing is written or synced where the files are still as the last clean stop left them: a
  /// node that stops has many logs that nobody has touched since its start.
  ///
  /// @param syncParent false where the caller makes the folder's own entry durable
  void close(boolean syncParent) throws IOException {
    if (!isAsLeft()) {
      log.parentDirty &= syncParent;
      LogFlush.writeIndexes(log, true);
      appender.takeSnapshot();
      FlushTicket last = LogFlush.prepare(log, true);
      last.run();
      completeFlush(last);
    }
    abandon();
  }

  private boolean isAsLeft() {
    return log.asLeft
        && !log.epochs.isDirty(log.nextOffset)
        && log.supersededSnapshots.isEmpty()
        && (log.nextOffset == 0 || log.snapshots.has(log.nextOffset));
  }

  /// Lets go of the files without writing (the log directory is offline, or a crash is played).
  public void abandon() {
    log.closed = true;
    log.segments.all().forEach(segment -> segment.closeFiles());
  }

  /// The folder was renamed. Any file opened from now on is looked for there.
  void moved(Path to) {
    log.dir = to;
    log.snapshots.moved(to);
    log.segments.all().forEach(segment -> segment.moved(to));
  }

  private void checkInvariants() {
    Invariant.check(
        log.logStartOffset <= log.nextOffset
            && log.segments.first().baseOffset() <= log.logStartOffset,
        "1");
    Invariant.check(
        log.indexedPoint <= log.recoveryPoint && log.recoveryPoint <= log.nextOffset, "2");
  }
}
