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

  /// False when a follower's copy will do (KIP-392).
  public boolean leaderOnly = true;

  /// Where the reader wants no records: only how far the log goes.
  public boolean offsetsOnly;

  /// The follower that fetches, -1 for a consumer.
  public int replicaId = -1;

  /// The follower's incarnation, -1 when it does not tell.
  public long replicaEpoch = -1;

  /// The follower's log start offset.
  public long followerLogStart = -1;

  /// Whether the fetch offset acknowledges what lies below it: at a follower's request, once, not
  /// when a parked one is looked at again.
  public boolean isProgress;
}
