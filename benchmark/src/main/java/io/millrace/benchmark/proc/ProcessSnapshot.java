package io.millrace.benchmark.proc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// What a process has spent since it began.
///
/// @param cpuTicks user and system time, ended threads included
/// @param switches context switches, voluntary and not, of each living thread
/// @param peakRssKb the largest resident set so far (`VmHWM`)
/// @param rssKb the resident set now
public record ProcessSnapshot(
    long cpuTicks, Map<Integer, Long> switches, long peakRssKb, long rssKb) {

  /// Reads `/proc/PID`. Fails with [UncheckedIOException] when there is no such process.
  public static ProcessSnapshot of(long pid) {
    Path proc = Path.of("/proc", Long.toString(pid));
    try {
      String status = Files.readString(proc.resolve("status"));
      return new ProcessSnapshot(
          ProcStat.cpuTicks(Files.readString(proc.resolve("stat"))),
          switches(proc.resolve("task")),
          ProcStat.number(status, "VmHWM"),
          ProcStat.number(status, "VmRSS"));
    } catch (IOException e) {
      throw new UncheckedIOException("process " + pid + " cannot be read", e);
    }
  }

  /// CPU time alone, in ticks: cheaper than a whole snapshot.
  public static long cpuTicks(long pid) {
    try {
      return ProcStat.cpuTicks(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
    } catch (IOException e) {
      throw new UncheckedIOException("process " + pid + " cannot be read", e);
    }
  }

  /// Context switches since `before`. What a thread that ended in between did after `before` is not
  /// known and not counted.
  public long switchesSince(ProcessSnapshot before) {
    long sum = 0;
    for (Map.Entry<Integer, Long> thread : switches.entrySet()) {
      sum += thread.getValue() - before.switches.getOrDefault(thread.getKey(), 0L);
    }
    return sum;
  }

  private static Map<Integer, Long> switches(Path tasks) throws IOException {
    Map<Integer, Long> switches = new HashMap<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        try {
          String status = Files.readString(thread.resolve("status"));
          switches.put(
              Integer.valueOf(thread.getFileName().toString()),
              ProcStat.number(status, "voluntary_ctxt_switches")
                  + ProcStat.number(status, "nonvoluntary_ctxt_switches"));
        } catch (NoSuchFileException e) {
          // The thread ended while the directory was read.
        } catch (IOException e) {
          if (!String.valueOf(e.getMessage()).contains("No such process")) {
            throw e;
          }
        }
      }
    }
    return switches;
  }
}
