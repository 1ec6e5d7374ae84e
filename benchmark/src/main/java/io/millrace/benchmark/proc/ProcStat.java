package io.millrace.benchmark.proc;

import java.util.ArrayList;
import java.util.List;

/// Readers of the text of `/proc` files; see proc(5).
public final class ProcStat {
  /// Ticks of CPU time in a second (`USER_HZ`), 100 on every Linux that Java runs on.
  public static final int TICKS_PER_SECOND = 100;

  private static final int USER = 0;
  private static final int NICE = 1;
  private static final int SYSTEM = 2;
  private static final int STEAL = 7;

  private ProcStat() {}

  /// User and system time of a process, in ticks, from the line of `/proc/PID/stat`. The command
  /// name may contain blanks and parentheses, so fields are counted from its last parenthesis.
  public static long cpuTicks(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    // Field 3 (state) is the first after the name; utime is field 14, stime 15.
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /// The same with the time of all children that have ended and were waited for.
  public static long cpuTicksWithChildren(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return cpuTicks(stat) + Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
  }

  /// Ticks that the machine spent on processes (user, nice, system) and that the host took away
  /// (steal), from `/proc/stat`. Interrupts are left out: loopback traffic of the measured
  /// processes is among them.
  public static long busyTicks(String stat) {
    String[] fields = words(line(stat, "cpu "));
    return Long.parseLong(fields[USER])
        + Long.parseLong(fields[NICE])
        + Long.parseLong(fields[SYSTEM])
        + Long.parseLong(fields[STEAL]);
  }

  /// The number of processors that `/proc/stat` lists.
  public static int processors(String stat) {
    return (int)
        stat.lines().filter(l -> l.startsWith("cpu") && Character.isDigit(l.charAt(3))).count();
  }

  /// A number of `/proc/PID/status`, such as `VmHWM` (kB); 0 where the kernel does not print it.
  public static long number(String status, String key) {
    for (String line : status.lines().toList()) {
      if (line.startsWith(key + ":")) {
        return Long.parseLong(words(line.substring(key.length() + 1))[0]);
      }
    }
    return 0;
  }

  private static String line(String text, String prefix) {
    return text.lines()
        .filter(l -> l.startsWith(prefix))
        .map(l -> l.substring(prefix.length()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no line '" + prefix + "'"));
  }

  private static String[] words(String line) {
    List<String> words = new ArrayList<>();
    for (String word : line.trim().split("\\s+")) {
      words.add(word);
    }
    return words.toArray(String[]::new);
  }
}
