package io.millrace.benchmark.proc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Measures one broker process between [#start] and [#stop], and how busy the machine was with
/// anything but the broker, the load generator (this process) and the idle opponent.
public final class Meter {
  private static final Path MACHINE = Path.of("/proc/stat");

  private static final ProcessSnapshot UNBORN = new ProcessSnapshot(0, Map.of(), 0, 0);

  private final List<Long> known;
  private final ProcessSnapshot brokerBefore;
  private final long clientBefore;
  private final long knownBefore;
  private final long busyBefore;
  private final long nanosBefore;
  private final long allocatedBefore;

  private Meter(long allocatedBefore, ProcessSnapshot brokerBefore, List<Long> known) {
    this.allocatedBefore = allocatedBefore;
    this.known = known;
    this.brokerBefore = brokerBefore;
    this.clientBefore = ProcessSnapshot.cpuTicks(self());
    this.knownBefore = ticks(known);
    this.busyBefore = ProcStat.busyTicks(machine());
    this.nanosBefore = System.nanoTime();
  }

  /// Begins to measure `broker`, whose peak memory counts from now on; `others` are processes of
  /// this comparison that run beside it, so that their CPU is not taken for foreign work.
  public static Meter start(long broker, List<Long> others) {
    forgetPeak(broker);
    long allocated = HeapAllocation.of(broker);
    return new Meter(allocated, ProcessSnapshot.of(broker), List.copyOf(others));
  }

  /// Begins to measure a broker that does not run yet: all that it will have spent counts.
  public static Meter startUnborn(List<Long> others) {
    return new Meter(HeapAllocation.UNKNOWN, UNBORN, List.copyOf(others));
  }

  /// What was spent since the start by the process that the broker is now.
  public Usage stop(long broker) {
    long nanos = System.nanoTime() - nanosBefore;
    String machine = machine();
    long busy = ProcStat.busyTicks(machine) - busyBefore;
    ProcessSnapshot after = ProcessSnapshot.of(broker);
    long brokerTicks = after.cpuTicks() - brokerBefore.cpuTicks();
    long clientTicks = ProcessSnapshot.cpuTicks(self()) - clientBefore;
    long foreignTicks = busy - brokerTicks - clientTicks - (ticks(known) - knownBefore);
    double seconds = nanos / 1e9;
    return new Usage(
        seconds,
        brokerTicks / (double) ProcStat.TICKS_PER_SECOND,
        clientTicks / (double) ProcStat.TICKS_PER_SECOND,
        after.switchesSince(brokerBefore),
        after.peakRssKb(),
        after.rssKb(),
        Math.max(0, foreignTicks)
            / (double) ProcStat.TICKS_PER_SECOND
            / (seconds * ProcStat.processors(machine)),
        allocatedSince(broker));
  }

  /// Asked last, so that the asking is not measured.
  private long allocatedSince(long broker) {
    if (allocatedBefore == HeapAllocation.UNKNOWN) {
      return Usage.NOT_KNOWN;
    }
    long now = HeapAllocation.of(broker);
    return now == HeapAllocation.UNKNOWN ? Usage.NOT_KNOWN : Math.max(0, now - allocatedBefore);
  }

  /// Sets `VmHWM` back (proc(5), clear_refs); where that is not allowed the peak stays an older
  /// one.
  private static void forgetPeak(long pid) {
    try {
      Files.writeString(Path.of("/proc", Long.toString(pid), "clear_refs"), "5");
    } catch (IOException e) {
      // The figure is then an upper bound.
    }
  }

  private static long self() {
    return ProcessHandle.current().pid();
  }

  private static long ticks(List<Long> pids) {
    return pids.stream().mapToLong(ProcessSnapshot::cpuTicks).sum();
  }

  private static String machine() {
    try {
      return Files.readString(MACHINE);
    } catch (IOException e) {
      throw new UncheckedIOException("/proc/stat cannot be read: is this Linux?", e);
    }
  }
}
