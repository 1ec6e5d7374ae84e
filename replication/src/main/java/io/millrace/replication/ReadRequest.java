package io.millrace.replication;

/// What a fetch asks of one partition. Filled by the caller, used again.
public final class ReadRequest {

  /// How far a reader may see.
  public enum Isolation {
    /// Replicas: up to the log end.
    LOG_END,
    /// Consumers, read_uncommitted: up to the high watermark.
    HIGH_WATERMARK,
    /// Consumers, read_committed: up to the last stable offset.
    COMMITTED
  }

  /// The leader epoch that the reader knows, -1 for none.
  public int currentLeaderEpoch = -1;

  public long fetchOffset;

  /// Epoch of the last record that the reader has, -1 for none.
  public int lastFetchedEpoch = -1;

  public int maxBytes;
  public Isolation isolation = Isolation.HIGH_WATERMARK;

  /// Whether the first batch is given whole even when larger than `maxBytes`.
  public boolean minOneBatch;
}
