package io.millrace.benchmark.proc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// How much of the machine went to anybody but this process and its children while children came
/// and went. A child that is alive is asked; one that has ended was added to this process's account
/// by the kernel when it was waited for.
public final class OtherWork {
  private static final Path MACHINE = Path.of("/proc/stat");
  private static final Path SELF = Path.of("/proc/self/stat");

  private final long nanosBefore = System.nanoTime();
  private final long ticksBefore;

  private OtherWork(List<Long> children) {
    this.ticksBefore = foreignTicks(children);
  }

  /// Begins to look.
  ///
  /// @param children process ids of the children that are alive
  public static OtherWork since(List<Long> children) {
    return new OtherWork(children);
  }

  /// The share of the whole machine, 0 to 1.
  ///
  /// @param children process ids of the children that are alive now
  public double share(List<Long> children) {
    double seconds = (System.nanoTime() - nanosBefore) / 1e9;
    long ticks = foreignTicks(children) - ticksBefore;
    return Math.max(0, ticks)
        / (double) ProcStat.TICKS_PER_SECOND
        / (seconds * ProcStat.processors(read(MACHINE)));
  }

  private static long foreignTicks(List<Long> children) {
    return ProcStat.busyTicks(read(MACHINE))
        - ProcStat.cpuTicksWithChildren(read(SELF))
        - children.stream().mapToLong(ProcessSnapshot::cpuTicks).sum();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: is this Linux?", e);
    }
  }
}
