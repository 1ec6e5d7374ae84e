package io.millrace.simulation.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/// All faults of a run, drawn before it begins from a stream of their own: leaving one out leaves
/// the others as they are, which is what makes a failing run shrink.
public final class FaultSchedule {

  private static final long SECOND = 1_000_000_000L;

  /// More often than one in three seconds, since some are refused by the bounds.
  private static final long LEAST_GAP_NANOS = SECOND / 4;

  private static final long MOST_GAP_NANOS = 3 * SECOND;

  /// A run has one at most; the bounds may refuse the first ones.
  private static final int MOST_DISK_LOSSES = 3;

  private static final long LEAST_LONG_GAP_NANOS = SECOND;
  private static final long MOST_LONG_GAP_NANOS = 16 * SECOND;
  private static final long LONG_FAULTS = 0x6c6f6e67L;
  private static final long SILENT_FAULTS = 0x726f74L;

  private record Times(long fromNanos, long toNanos, long leastGapNanos, long mostGapNanos) {}

  private FaultSchedule() {}

  /// @param fromNanos when the cluster has formed
  /// @param kinds what may be drawn, in the order of their declaration
  public static List<Fault> draw(
      long seed, long fromNanos, long toNanos, int nodes, Set<FaultKind> kinds) {
    List<Fault> faults = new ArrayList<>();
    draw(
        new SplittableRandom(mix(seed)),
        kinds.stream().filter(kind -> !kind.isLong() && !kind.isSilent()).toList(),
        new Times(fromNanos, toNanos, LEAST_GAP_NANOS, MOST_GAP_NANOS),
        nodes,
        faults);
    draw(
        new SplittableRandom(mix(seed ^ LONG_FAULTS)),
        kinds.stream().filter(FaultKind::isLong).toList(),
        new Times(fromNanos, toNanos, LEAST_LONG_GAP_NANOS, MOST_LONG_GAP_NANOS),
        nodes,
        faults);
    draw(
        new SplittableRandom(mix(seed ^ SILENT_FAULTS)),
        kinds.stream().filter(FaultKind::isSilent).toList(),
        new Times(fromNanos, toNanos, LEAST_GAP_NANOS, MOST_GAP_NANOS),
        nodes,
        faults);
    return faults;
  }

  private static void draw(
      SplittableRandom random, List<FaultKind> choice, Times times, int nodes, List<Fault> faults) {
    long at = times.fromNanos();
    int diskLosses = 0;
    while (!choice.isEmpty()) {
      at += random.nextLong(times.leastGapNanos(), times.mostGapNanos());
      int drawn = random.nextInt(choice.size());
      if (choice.get(drawn) == FaultKind.DISK_LOSS && ++diskLosses > MOST_DISK_LOSSES) {
        drawn = (drawn + 1) % choice.size();
      }
      FaultKind kind = choice.get(drawn);
      int node = random.nextInt(nodes);
      int other = (node + 1 + random.nextInt(nodes)) % (nodes + 1);
      long lasts = duration(kind, random);
      int detail = random.nextInt(1 << 20);
      if (at >= times.toNanos()) {
        break;
      }
      faults.add(new Fault(faults.size(), at, kind, node, other, lasts, detail));
    }
  }

  /// Neighbouring seeds would give SplittableRandom streams that overlap.
  private static long mix(long seed) {
    long z = (seed ^ (seed >>> 33)) * 0xff51afd7ed558ccdL;
    z = (z ^ (z >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return z ^ (z >>> 33);
  }

  /// Most are shorter than the timeouts that notice them, some are longer.
  private static long duration(FaultKind kind, SplittableRandom random) {
    long shortest = SECOND / 10;
    long longest =
        switch (kind) {
          case KILL, POWER, RESTART, BLACKOUT, DISK_LOSS -> 4 * SECOND;
          case PAUSE, VOTER, MEMBERSHIP, CUT, CUT_ONE_WAY, CLOCK_DRIFT -> 6 * SECOND;
          case LOSS, DELAY, SLOW_DISK -> 5 * SECOND;
          case DISK_ERROR, DISK_FULL -> 2 * SECOND;
          case RESET, CLOCK_JUMP, UPGRADE, BIT_FLIP -> SECOND / 5;
        };
    double skew = random.nextDouble();
    return shortest + (long) (skew * skew * (longest - shortest));
  }
}
