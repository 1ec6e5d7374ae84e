package io.millrace.replication;

import io.millrace.log.EpochEnd;

/// Why a follower's log has to be cut, with the evidence.
sealed interface CutPoint {

  /// The leader says that the follower's last epoch ended differently in its log (KIP-595).
  record Diverged(EpochEnd leaderEnd) implements CutPoint {}

  /// The fetch offset was out of range and the leader's log ends below the follower's.
  record LeaderEndsBelow(long leaderEndOffset) implements CutPoint {}

  /// The leader's log begins behind the follower's end: nothing here is of use.
  record LeaderStartsAbove(long leaderStartOffset) implements CutPoint {}

  /// Recovery has found damage here; the leader has the records.
  record Damaged() implements CutPoint {}
}
