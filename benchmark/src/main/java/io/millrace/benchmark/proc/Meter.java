package io.millrace.benchmark.proc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Measures one broker process between [#start] and [#stop], and how busy the machine was with
/// anything but the broker, the load generator (this process) and the idle opponent.
public final class Meter {
  private static final Path MACHINE = Path.of("/proc/stat");

  private final long broker;
  private final List<Long> known;
  private final ProcessSnapshot brokerBefore;
  private final long clientBefore;
  private final long knownBefore;
  private final long busyBefore;
  private final long nanosBefore;

  private Meter(long broker, List<Long> known) {
    this.broker = broker;
    this.known = known;
    this.brokerBefore = ProcessSnapshot.of(broker);
    this.clientBefore = ProcessSnapshot.cpuTicks(self());
    this.knownBefore = ticks(known);
    this.busyBefore = ProcStat.busyTicks(machine());
    this.nanosBefore = System.nanoTime();
  }

  /// Begins to measure `broker`; `others` are processes of this comparison that run beside it, so
  /// that their CPU is not taken for foreign work.
  public static Meter start(long broker, List<Long> others) {
    return new Meter(broker, List.copyOf(others));
  }

  /// What was spent since the start.
  public Usage stop() {
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
            / (seconds * ProcStat.processors(machine)));
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
