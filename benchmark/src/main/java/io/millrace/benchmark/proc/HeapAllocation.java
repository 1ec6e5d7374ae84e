package io.millrace.benchmark.proc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How much a JVM's threads have allocated on its heap, asked from outside: `jcmd PID Thread.print
/// -e` tells it for each thread that lives, exactly up to 100 KB and rounded to 1 KB or 1 MB above.
final class HeapAllocation {
  /// There is no figure: no JVM, or not one of ours to ask.
  static final long UNKNOWN = -1;

  private static final Pattern OF_A_THREAD = Pattern.compile(" allocated=(\\d+)([BKMG]) ");

  private HeapAllocation() {}

  /// Bytes allocated by all living threads since they began, or [#UNKNOWN]. Takes a fraction of a
  /// second, of the JVM's time some milliseconds: not to be called while something is measured.
  static long of(long pid) {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    try {
      Process asking =
          new ProcessBuilder(jcmd, Long.toString(pid), "Thread.print", "-e")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String threads;
      try (InputStream out = asking.getInputStream()) {
        threads = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      }
      return asking.waitFor() == 0 ? sum(threads) : UNKNOWN;
    } catch (IOException e) {
      return UNKNOWN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return UNKNOWN;
    }
  }

  static long sum(String threads) {
    Matcher matcher = OF_A_THREAD.matcher(threads);
    long bytes = UNKNOWN;
    while (matcher.find()) {
      long unit =
          switch (matcher.group(2)) {
            case "K" -> 1L << 10;
            case "M" -> 1L << 20;
            case "G" -> 1L << 30;
            default -> 1;
          };
      bytes = Math.max(0, bytes) + Long.parseLong(matcher.group(1)) * unit;
    }
    return bytes;
  }
}
