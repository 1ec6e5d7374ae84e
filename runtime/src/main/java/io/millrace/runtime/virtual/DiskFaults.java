package io.millrace.runtime.virtual;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// What goes wrong with one disk. Nothing, by default; everything can be changed at any time.
public final class DiskFaults {

  /// The kinds of operation that can fail or take time.
  public enum Operation {
    READ,
    WRITE,
    SYNC,
    /// Names and attributes: open, list, rename, delete.
    ENTRY
  }

  private static final long DEFAULT_CAPACITY_BYTES = 1L << 40;

  private final RandomGenerator random;
  private final RandomGenerator latencies;
  private final double[] errorRates = new double[Operation.values().length];
  private final int[] failNext = new int[Operation.values().length];
  private final TreeSet<Path> dead = new TreeSet<>();
  private double flipRate;
  private long capacityBytes = DEFAULT_CAPACITY_BYTES;
  private long syncNanos = 300_000;
  private double slowness = 1;
  private long crashAfter = Long.MAX_VALUE;
  private Crash crash = Crash.POWER;

  DiskFaults(RandomGenerator random, RandomGenerator latencies) {
    this.random = random;
    this.latencies = latencies;
  }

  /// A share of the operations of that kind, drawn at random, fails with an I/O error.
  public DiskFaults errors(Operation kind, double rate) {
    errorRates[kind.ordinal()] = rate;
    return this;
  }

  /// The next `count` operations of that kind fail with an I/O error.
  public DiskFaults failNext(Operation kind, int count) {
    failNext[kind.ordinal()] = count;
    return this;
  }

  /// Everything at or below the path fails, as a log directory whose device is gone.
  public DiskFaults die(Path path) {
    dead.add(path.normalize());
    return this;
  }

  /// Makes a path that died work again, with its content.
  public DiskFaults revive(Path path) {
    dead.remove(path.normalize());
    return this;
  }

  /// The volume's size.
  public DiskFaults capacity(long bytes) {
    capacityBytes = bytes;
    return this;
  }

  /// What a sync takes on average.
  public DiskFaults syncNanos(long nanos) {
    syncNanos = nanos;
    return this;
  }

  /// Everything takes that many times as long.
  public DiskFaults slow(double factor) {
    slowness = factor;
    return this;
  }

  /// A share of the reads, drawn at random, gets a flipped bit (on the device it is as it was; for
  /// lasting damage see [VirtualDisk#flipBit]).
  public DiskFaults flips(double rate) {
    flipRate = rate;
    return this;
  }

  /// The node ends in the middle of the step that makes the `operations`-th operation from now.
  public DiskFaults crashAfter(long operations, Crash how) {
    crashAfter = operations;
    crash = how;
    return this;
  }

  /// Takes every fault back; what is dead works again, what was damaged stays so.
  public DiskFaults calm() {
    Arrays.fill(errorRates, 0);
    Arrays.fill(failNext, 0);
    dead.clear();
    flipRate = 0;
    capacityBytes = DEFAULT_CAPACITY_BYTES;
    slowness = 1;
    crashAfter = Long.MAX_VALUE;
    return this;
  }

  long capacityBytes() {
    return capacityBytes;
  }

  /// Counts an operation down to the crash. Returns whether it is due.
  boolean crashIsDue() {
    return crashAfter != Long.MAX_VALUE && --crashAfter <= 0;
  }

  /// The crash has happened; there will be no second one.
  Crash takeCrash() {
    crashAfter = Long.MAX_VALUE;
    return crash;
  }

  void check(Operation kind, Path path) throws IOException {
    for (Path gone : dead) {
      if (path.normalize().startsWith(gone)) {
        throw new IOException(path + ": Input/output error (dead directory)");
      }
    }
    int index = kind.ordinal();
    if (failNext[index] > 0) {
      failNext[index]--;
      throw new IOException(path + ": Input/output error");
    }
    if (errorRates[index] > 0 && random.nextDouble() < errorRates[index]) {
      throw new IOException(path + ": Input/output error");
    }
  }

  /// What the operation takes.
  long nanos(Operation kind) {
    long typical =
        switch (kind) {
          case READ, WRITE -> 2_000;
          case ENTRY -> 5_000;
          case SYNC -> syncNanos;
        };
    return (long) (slowness * latencies.nextLong(typical / 2, typical * 2 + 1));
  }

  /// The bit to flip in a read of `bytes` bytes, or -1.
  long flip(int bytes) {
    boolean flips = flipRate > 0 && bytes > 0 && random.nextDouble() < flipRate;
    return flips ? random.nextLong(bytes * 8L) : -1;
  }

  /// How much of a write reaches a full volume.
  int partOf(int bytes) {
    return bytes <= 0 ? 0 : random.nextInt(bytes + 1);
  }
}
