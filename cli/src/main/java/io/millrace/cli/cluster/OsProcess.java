package io.millrace.cli.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A process of this machine that this one need not have started: known by pid and start time, so
/// that another process under the same pid is never taken for it.
///
/// @param pid the process id
/// @param started when it started, in the operating system's own form; compared, never read
record OsProcess(long pid, String started) {

  /// What a process does right now.
  enum State {
    RUNNING,
    /// Stopped by SIGSTOP.
    PAUSED,
    /// Ended; a zombie that nobody collected counts as ended.
    GONE
  }

  /// The process with this pid, as it is now; gone if there is none.
  static OsProcess of(long pid) {
    String started = startTime(pid);
    return new OsProcess(pid, started == null ? "" : started);
  }

  State state() {
    if (pid <= 0 || started.isEmpty() || !started.equals(startTime(pid))) {
      return State.GONE;
    }
    String[] stat = linuxStat(pid);
    if (stat == null) {
      return isLinux() ? State.GONE : posixState();
    }
    return switch (stat[0]) {
      case "Z", "X" -> State.GONE;
      case "T", "t" -> State.PAUSED;
      default -> State.RUNNING;
    };
  }

  boolean isAlive() {
    return state() != State.GONE;
  }

  /// Sends a signal by its name without SIG, such as `STOP`.
  void signal(String name) {
    try {
      // The shell's own kill: the program of that name is not installed everywhere.
      var process =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits until the process is gone.
  ///
  /// @return false if it still runs after `timeoutMs`
  boolean awaitEnd(long timeoutMs) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    while (isAlive()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    return true;
  }

  private State posixState() {
    try {
      var process = new ProcessBuilder("ps", "-o", "state=", "-p", Long.toString(pid)).start();
      String state =
          process.inputReader(StandardCharsets.UTF_8).lines().findFirst().orElse("").strip();
      return state.startsWith("T")
          ? State.PAUSED
          : state.isEmpty() || state.startsWith("Z") ? State.GONE : State.RUNNING;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable String startTime(long pid) {
    if (isLinux()) {
      String[] stat = linuxStat(pid);
      return stat == null ? null : stat[19];
    }
    return ProcessHandle.of(pid)
        .flatMap(handle -> handle.info().startInstant())
        .map(Object::toString)
        .orElse(null);
  }

  /// The fields of `/proc/PID/stat` after the command's name: [0] is the state, [19] the start time
  /// in clock ticks since boot.
  private static String @Nullable [] linuxStat(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    } catch (IOException _) {
      return null;
    }
  }

  private static boolean isLinux() {
    return System.getProperty("os.name", "").equals("Linux");
  }
}
