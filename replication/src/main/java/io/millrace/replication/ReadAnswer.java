package io.millrace.replication;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.EpochEnd;
import io.millrace.runtime.FileSlice;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// What one partition has for a fetch. Filled by [Partition#read], read by whoever passed it, then
/// used again.
public final class ReadAnswer {

  Errors error = Errors.NONE;
  @Nullable FileSlice slice;
  long moves;
  long highWatermark;
  long lastStableOffset;
  long logStartOffset;
  @Nullable EpochEnd diverging;
  @Nullable List<AbortedTransaction> aborted;
  boolean throttled;
  boolean atEnd;
  private int preferredReplica = -1;

  /// Forgets what the last read said; its records must have been given back.
  public void clear() {
    error = Errors.NONE;
    slice = null;
    moves = -1;
    highWatermark = -1;
    lastStableOffset = -1;
    logStartOffset = -1;
    diverging = null;
    aborted = null;
    throttled = false;
    atEnd = false;
    preferredReplica = -1;
  }

  /// There is nothing to read, for this reason.
  public void refuse(Errors why) {
    clear();
    error = why;
  }

  public Errors error() {
    return error;
  }

  /// The records, null when there are none. Carries a reference that the caller now owns.
  public @Nullable FileSlice slice() {
    return slice;
  }

  /// Gives the records' reference back, if there are any.
  public void release() {
    FileSlice records = slice;
    if (records != null) {
      slice = null;
      records.release();
    }
  }

  /// Takes the records out; their reference goes with them.
  public @Nullable FileSlice takeSlice() {
    FileSlice records = slice;
    slice = null;
    return records;
  }

  public int bytes() {
    FileSlice records = slice;
    return records == null ? 0 : records.length();
  }

  /// How often the partition had moved on when it was read; for [Partition#watch].
  public long moves() {
    return moves;
  }

  public long highWatermark() {
    return highWatermark;
  }

  public long lastStableOffset() {
    return lastStableOffset;
  }

  public long logStartOffset() {
    return logStartOffset;
  }

  /// Where the reader's log leaves the leader's (KIP-595); null when it does not.
  public @Nullable EpochEnd diverging() {
    return diverging;
  }

  /// For read_committed: the aborted transactions that touch the records; null otherwise.
  public @Nullable List<AbortedTransaction> aborted() {
    return aborted;
  }

  /// Whether what a follower gets here counts against [ReplicationQuotas#leader].
  public boolean throttled() {
    return throttled;
  }

  /// Whether the reader has all that it may see, so that nothing is to be had before the partition
  /// moves on; of a follower also that its fetches change nothing ([LeaderReplica#hasSettled]).
  public boolean atEnd() {
    return atEnd;
  }

  /// The broker that the consumer had better read from, -1 for this one (KIP-392).
  public int preferredReplica() {
    return preferredReplica;
  }

  /// Sends the consumer elsewhere.
  public void preferReplica(int broker) {
    preferredReplica = broker;
  }
}
