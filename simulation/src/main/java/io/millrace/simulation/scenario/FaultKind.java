package io.millrace.simulation.scenario;

import java.util.EnumSet;
import java.util.Set;

/// What can go wrong in a run.
public enum FaultKind {
  /// `kill -9` of one node; its page cache survives.
  KILL,
  /// One machine loses its power, and its disk what was not synced, or parts of it.
  POWER,
  /// Every node at once: killed, or without power where records are synced before they are
  /// acknowledged.
  BLACKOUT,
  /// A clean stop, as in a rolling restart.
  RESTART,
  /// A frozen process: SIGSTOP, or a long collection.
  PAUSE,
  /// One machine, or two, cut off from the others in both directions.
  CUT,
  /// Nothing arrives from one machine at another; the way back works.
  CUT_ONE_WAY,
  /// Every link loses packets.
  LOSS,
  /// One machine's links are slow.
  DELAY,
  /// The connections between two machines break.
  RESET,
  /// One disk takes many times as long.
  SLOW_DISK,
  /// Writes or syncs of one disk fail: its node has to stop.
  DISK_ERROR,
  /// One volume is full for a while.
  DISK_FULL,
  /// A wall clock jumps.
  CLOCK_JUMP,
  /// One machine's clocks, timers included, run faster or slower than the others'.
  CLOCK_DRIFT,
  /// One node dies with its disk, and comes back with an empty one: it joins the quorum anew.
  DISK_LOSS,
  /// A rolling upgrade: all nodes in turn are stopped cleanly and started with other settings.
  UPGRADE,
  /// A voter is taken out of the quorum, and added again later (KIP-853).
  VOTER,
  /// A new broker joins and gets replicas; later it is drained, stopped and unregistered for good,
  /// or it stays.
  MEMBERSHIP,
  /// One bit of a stored batch flips on one node's disk; or the node ends, and bits flip while it
  /// is down.
  BIT_FLIP;

  /// What takes long and comes seldom. Drawn from a stream of its own, and not among the usual
  /// kinds: seeds that tests rely on were chosen without.
  public boolean isLong() {
    return this == UPGRADE || this == VOTER || this == MEMBERSHIP;
  }

  /// What nobody notices at once. Drawn from a stream of its own, too, and not among the usual.
  public boolean isSilent() {
    return this == BIT_FLIP;
  }

  /// Whether a run may hold many of it: a disk is lost once, and what may rot must be synced and
  /// everywhere.
  public boolean isFrequent() {
    return !isLong() && !isSilent() && this != DISK_LOSS;
  }

  /// The kinds that a run has where nothing else is asked for.
  public static Set<FaultKind> usual() {
    EnumSet<FaultKind> usual = EnumSet.allOf(FaultKind.class);
    usual.removeIf(kind -> kind.isLong() || kind.isSilent());
    return usual;
  }
}
