package io.millrace.replication;

/// How far one follower has come, as its leader knows from the follower's fetches: a fetch offset
/// acknowledges everything below it. Belongs to the leader's [LeaderReplica].
///
/// Times are those of [io.millrace.runtime.Clock#nanos].
final class FollowerProgress {

  /// Long before everything.
  private static final long NEVER = Long.MIN_VALUE / 2;

  static final long UNKNOWN_EPOCH = -2;

  /// So often a follower asks for the same because its connection broke, or it was slow to sync.
  private static final int OFTEN = 4;

  private final int brokerId;
  private long logEndOffset = -1;
  private long logStartOffset = -1;
  private long brokerEpoch = UNKNOWN_EPOCH;

  /// When it last had everything that the leader had when it asked the time before.
  private long caughtUpNanos = NEVER;

  private long lastFetchNanos = NEVER;
  private long leaderEndAtLastFetch = -1;

  /// Where what it was sent last begins, and how often it was sent that in a row.
  private long sentFrom = -1;

  private int sent;

  FollowerProgress(int brokerId) {
    this.brokerId = brokerId;
  }

  int brokerId() {
    return brokerId;
  }

  /// -1 until it has fetched from this leader.
  long logEndOffset() {
    return logEndOffset;
  }

  /// -1 until it has fetched from this leader.
  long logStartOffset() {
    return logStartOffset;
  }

  /// Of its last fetch: -1 when the fetch had none, [#UNKNOWN_EPOCH] before the first.
  long brokerEpoch() {
    return brokerEpoch;
  }

  /// The leader epoch begins.
  void onLeaderEpoch(long leaderEnd, boolean inSync, long nowNanos) {
    caughtUpNanos = inSync ? nowNanos : NEVER;
    lastFetchNanos = inSync ? nowNanos : NEVER;
    leaderEndAtLastFetch = leaderEnd;
  }

  /// @param leaderEnd the leader's log end when it answers
  void onFetch(long fetchOffset, long followerLogStart, long epoch, long leaderEnd, long nowNanos) {
    if (fetchOffset >= leaderEnd) {
      caughtUpNanos = Math.max(caughtUpNanos, nowNanos);
    } else if (fetchOffset >= leaderEndAtLastFetch) {
      caughtUpNanos = Math.max(caughtUpNanos, lastFetchNanos);
    }
    logEndOffset = fetchOffset;
    logStartOffset = followerLogStart;
    brokerEpoch = epoch;
    leaderEndAtLastFetch = leaderEnd;
    lastFetchNanos = nowNanos;
  }

  /// It is sent what lies at `offset`.
  ///
  /// @return whether it seems that it cannot use that, since it asks again and again
  boolean onSent(long offset) {
    sent = offset == sentFrom ? sent + 1 : 1;
    sentFrom = offset;
    return sent % OFTEN == 0;
  }

  /// Whether it keeps up: it has all, or had all no longer ago than `maxLagNanos`.
  boolean isCaughtUp(long leaderEnd, long nowNanos, long maxLagNanos) {
    return logEndOffset == leaderEnd || nowNanos - caughtUpNanos <= maxLagNanos;
  }

  /// A large number when it never was.
  long nanosSinceCaughtUp(long nowNanos) {
    return caughtUpNanos == NEVER ? Long.MAX_VALUE : nowNanos - caughtUpNanos;
  }
}
