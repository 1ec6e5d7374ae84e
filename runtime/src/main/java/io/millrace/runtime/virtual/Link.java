package io.millrace.runtime.virtual;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// The cable from one machine to another, one direction. Carries for all their connections.
public final class Link {

  private static final long RETRANSMIT_NANOS = 200_000_000;
  private static final int MOST_LOSSES_IN_A_ROW = 5;

  private final Scheduler scheduler;
  private final RandomGenerator random;
  private final List<Load> held = new ArrayList<>();
  private long minNanos;
  private long maxNanos;
  private double lossRate;
  private long bytesPerSecond = Long.MAX_VALUE;
  private boolean cut;
  private boolean dropsConnects;
  private long busyUntil;

  private record Load(int bytes, Runnable arrival) {}

  Link(Scheduler scheduler, RandomGenerator random, long minNanos, long maxNanos) {
    this.scheduler = scheduler;
    this.random = random;
    this.minNanos = minNanos;
    this.maxNanos = maxNanos;
  }

  /// How long a packet is on its way, drawn evenly from the range.
  public Link latency(long fromNanos, long toNanos) {
    minNanos = fromNanos;
    maxNanos = toNanos;
    return this;
  }

  /// The share of packets that is lost; each comes some 200 ms later, or twice that, and so on.
  public Link loss(double rate) {
    lossRate = rate;
    return this;
  }

  public Link bandwidth(long bytesASecond) {
    bytesPerSecond = bytesASecond;
    return this;
  }

  /// Nothing arrives any more. What is sent meanwhile arrives after [#heal], as TCP sends it again.
  public Link cut() {
    cut = true;
    return this;
  }

  /// Makes a cut link whole.
  public Link heal() {
    cut = false;
    List<Load> loads = List.copyOf(held);
    held.clear();
    for (Load load : loads) {
      long wait = random.nextLong(2 * RETRANSMIT_NANOS);
      scheduler.at(scheduler.now() + wait, null, "again", () -> carry(load.bytes, load.arrival));
    }
    return this;
  }

  /// Whether attempts to connect over this link are ignored, as a packet filter does.
  public Link dropConnects(boolean dropped) {
    dropsConnects = dropped;
    return this;
  }

  boolean dropsConnects() {
    return dropsConnects;
  }

  void carry(int bytes, Runnable arrival) {
    if (cut) {
      held.add(new Load(bytes, arrival));
      return;
    }
    long start = Math.max(scheduler.now(), busyUntil);
    if (bytesPerSecond != Long.MAX_VALUE) {
      start += bytes * 1_000_000_000L / bytesPerSecond;
      busyUntil = start;
    }
    long delay = random.nextLong(minNanos, maxNanos + 1);
    long again = RETRANSMIT_NANOS;
    for (int i = 0; i < MOST_LOSSES_IN_A_ROW && lost(); i++) {
      delay += again;
      again *= 2;
    }
    scheduler.at(start + delay, null, "carry", arrival);
  }

  private boolean lost() {
    return lossRate > 0 && random.nextDouble() < lossRate;
  }
}
