package io.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.Uuid;

/// One replica's log: segments of batches with ascending offsets, in Kafka's files.
///
/// Not thread-safe: every method is called under its owner's guard (the partition's monitor, Raft's
/// thread), except where said. No method waits for the device except those that say "blocks";
/// appends and reads go through the page cache.
public final class PartitionLog {

  private PartitionLog() {}

  /// Opens or creates the log in `dir`, after whatever recovery `state` asks for. Blocks, possibly
  /// for long: belongs on workers.
  public static PartitionLog open(
      LogEnvironment environment, Path dir, LogConfig config, LogOpenState state)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /// The partition's folder. Any thread.
  public Path dir() {
    throw new UnsupportedOperationException();
  }

  /// From `partition.metadata`; [Uuid#ZERO_UUID] when the folder has none. Any thread.
  public Uuid topicId() {
    throw new UnsupportedOperationException();
  }

  public LogConfig config() {
    throw new UnsupportedOperationException();
  }

  /// Takes effect from the next append on.
  public void updateConfig(LogConfig config) {
    throw new UnsupportedOperationException();
  }

  /// First offset that readers may ask for.
  public long logStartOffset() {
    throw new UnsupportedOperationException();
  }

  /// The offset that the next record gets.
  public long logEndOffset() {
    throw new UnsupportedOperationException();
  }

  /// Everything below is durable.
  public long recoveryPoint() {
    throw new UnsupportedOperationException();
  }

  /// What `recovery-point-offset-checkpoint` may say: everything below is durable, index files
  /// included, and recovery can begin here. Never above [#recoveryPoint].
  public long checkpointOffset() {
    throw new UnsupportedOperationException();
  }

  /// Leader epoch of the last batch or of the last [LeaderEpochs#assign]; -1 when there is none.
  public int latestEpoch() {
    throw new UnsupportedOperationException();
  }

  /// Bytes of all segments.
  public long size() {
    throw new UnsupportedOperationException();
  }

  /// Base offset of the segment that appends go to.
  public long activeSegmentBaseOffset() {
    throw new UnsupportedOperationException();
  }

  public LeaderEpochs epochs() {
    throw new UnsupportedOperationException();
  }

  public ProducerStates producers() {
    throw new UnsupportedOperationException();
  }

  /// Damage that recovery found and left in place; while there is any, appends are refused.
  public List<DamagedRange> damage() {
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
  }

  /// Stores batches as the leader stored them: offsets must continue the log, checksums must hold,
  /// batches of a higher leader epoch than `leaderEpoch` and what follows them are left out, a
  /// partial batch at the end is ignored.
  public AppendOutcome appendAsFollower(
      ByteBuffer bytes, int position, int length, int leaderEpoch) {
    throw new UnsupportedOperationException();
  }

  /// Finds the batches from the one that holds `startOffset` on.
  ///
  /// @param maxBytes upper bound of the slice
  /// @param maxOffsetExclusive only batches below: high watermark, last stable offset or log end,
  ///   by who asks
  /// @param minOneBatch whether the first batch is given whole even when larger than `maxBytes`
  public LogRead read(
      long startOffset, int maxBytes, long maxOffsetExclusive, boolean minOneBatch) {
    throw new UnsupportedOperationException();
  }

  /// Aborted transactions that touch `[startOffset, endOffset)`, for read_committed fetches.
  public List<AbortedTransaction> abortedTransactions(long startOffset, long endOffset)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /// The first record with a timestamp at or after the target; offset -1 when there is none. May
  /// read a good part of one segment.
  public OffsetTimestamp searchTimestamp(long targetTimestampMs) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// The record with the largest timestamp; offset -1 when the log is empty.
  public OffsetTimestamp maxTimestamp() throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Cuts the log so that `offset` is its end; a batch that spans it goes as a whole. Blocks.
  ///
  /// @return the new log end offset
  public long truncateTo(long offset) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Drops everything and starts again, empty, at `offset`. Blocks.
  public void truncateFullyAndStartAt(long offset) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Raises the log start offset (delete-records, or following the leader's). Nothing is removed
  /// before [#applyRetention].
  ///
  /// @return whether it moved
  public boolean incrementLogStartOffset(long offset) {
    throw new UnsupportedOperationException();
  }

  /// Closes the active segment and starts the next one at the log end. Does nothing on an empty
  /// active segment.
  public void roll() throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Takes segments out that the settings no longer keep. Their files are renamed at once and are
  /// deleted later, by the caller and off the guard.
  ///
  /// @param highWatermark nothing at or above it is touched
  public RetentionResult applyRetention(long nowMs, long highWatermark) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Records appended and not flushed.
  public long unflushedMessages() {
    throw new UnsupportedOperationException();
  }

  /// When the log was last flushed, or opened.
  public long lastFlushedMs() {
    throw new UnsupportedOperationException();
  }

  /// What to sync so that everything appended so far is durable.
  ///
  /// @param full also indexes, epochs and producer state, so that [#checkpointOffset] follows;
  ///   otherwise only what an acknowledgement needs
  public FlushTicket prepareFlush(boolean full) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Moves [#recoveryPoint] after `ticket` has run. Tickets may be completed in any order.
  public void completeFlush(FlushTicket ticket) {
    throw new UnsupportedOperationException();
  }

  /// Flushes everything and closes the files: the next open needs no recovery. Blocks.
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Lets go of the files without writing (the log directory is offline, or a crash is played).
  public void abandon() {
    throw new UnsupportedOperationException();
  }
}
