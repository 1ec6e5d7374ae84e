package io.millrace.benchmark.broker;

import io.millrace.benchmark.proc.ProcStat;
import io.millrace.benchmark.proc.ProcessSnapshot;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One broker of the comparison: a process on a data directory, started and ended as often as the
/// rows need it. Used by one thread.
public final class BrokerUnderTest implements AutoCloseable {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(300);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(60);
  private static final int SETTLE_POLL_MS = 50;
  private static final long TAIL_BYTES = 2_000;

  private final String name;
  private final String version;
  private final Launch launch;
  private final ClusterRecipe recipe;
  private final Thread killer = new Thread(this::kill, "end the broker");
  private volatile @Nullable Process process;

  public BrokerUnderTest(String name, String version, Launch launch, ClusterRecipe recipe) {
    this.name = name;
    this.version = version;
    this.launch = launch;
    this.recipe = recipe;
    Runtime.getRuntime().addShutdownHook(killer);
  }

  /// What starting took.
  ///
  /// @param seconds from the exec of the JVM to the first complete Metadata answer
  /// @param cpuSeconds what the process had spent by then
  public record Start(double seconds, double cpuSeconds) {}

  public String name() {
    return name;
  }

  public String version() {
    return version;
  }

  public InetSocketAddress address() {
    return launch.address();
  }

  public Path logDirectory() {
    return launch.logDirectory();
  }

  public boolean isRunning() {
    Process current = process;
    return current != null && current.isAlive();
  }

  /// Whether it ended without being told to.
  public boolean hasDied() {
    Process current = process;
    return current != null && !current.isAlive();
  }

  /// The process id of the running broker.
  public long pid() {
    return running().pid();
  }

  /// Starts the process and waits until it answers Metadata completely.
  public Start start() throws IOException {
    long begin = System.nanoTime();
    Process started = begin();
    if (!Readiness.await(launch.address(), READY_TIMEOUT, started::isAlive)) {
      String reason = started.isAlive() ? "did not get ready" : "ended while starting";
      kill();
      throw new IOException(name + " " + reason + "; its output ends:\n" + tail());
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Start(
        seconds, ProcessSnapshot.cpuTicks(started.pid()) / (double) ProcStat.TICKS_PER_SECOND);
  }

  /// Starts the process and does not wait for it.
  Process begin() throws IOException {
    if (isRunning()) {
      throw new IllegalStateException(name + " runs already");
    }
    ProcessBuilder builder =
        new ProcessBuilder(launch.command())
            .directory(launch.workingDirectory().toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(launch.output().toFile()));
    builder.environment().putAll(launch.environment());
    Process started = builder.start();
    process = started;
    return started;
  }

  /// Freezes it with SIGSTOP.
  public void freeze() throws IOException {
    signal("STOP");
  }

  /// Lets a frozen one go on.
  public void thaw() throws IOException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException {
    Command.run(
        List.of("/bin/sh", "-c", "kill -" + signal + " " + pid()), launch.workingDirectory());
  }

  /// A new, formatted cluster of the same make below this broker's directory, not started yet.
  public BrokerCluster cluster(String directory, int nodes) throws IOException {
    List<BrokerUnderTest> members = new ArrayList<>();
    for (Launch node : recipe.nodes(launch.workingDirectory().resolve(directory), nodes)) {
      members.add(new BrokerUnderTest(name + "-" + (members.size() + 1), version, node, recipe));
    }
    return new BrokerCluster(members);
  }

  /// Starts it unless it runs.
  public void ensureRunning() throws IOException {
    if (!isRunning()) {
      start();
    }
  }

  /// Ends it cleanly with SIGTERM.
  public void stop() throws IOException {
    Process current = process;
    if (current == null) {
      return;
    }
    current.destroy();
    if (!waitFor(current, STOP_TIMEOUT)) {
      kill();
      throw new IOException(name + " did not stop within " + STOP_TIMEOUT.toSeconds() + " s");
    }
    process = null;
  }

  /// Tells it to end, with SIGTERM, and does not wait for it.
  void terminate() {
    Process current = process;
    if (current != null) {
      current.destroy();
    }
  }

  /// Ends it with SIGKILL.
  public void kill() {
    Process current = process;
    if (current != null) {
      current.destroyForcibly();
      waitFor(current, STOP_TIMEOUT);
      process = null;
    }
  }

  /// Waits until deleted partitions are gone from the disk and nothing waits to be written back, so
  /// that one run does not pay for another. A broker that does not run deletes nothing: have it
  /// settle before it is stopped.
  public void settle() throws IOException {
    long deadline = System.nanoTime() + SETTLE_TIMEOUT.toNanos();
    while (isRunning() && deletes() && System.nanoTime() < deadline) {
      pause();
    }
    Process sync =
        new ProcessBuilder("sync", "-f", launch.logDirectory().toString()).inheritIO().start();
    waitFor(sync, SETTLE_TIMEOUT);
  }

  /// The last lines of the broker's output.
  public String tail() {
    try {
      String text = Files.readString(launch.output());
      return text.substring((int) Math.max(0, text.length() - TAIL_BYTES));
    } catch (IOException e) {
      return "(" + launch.output() + " cannot be read: " + e.getMessage() + ")";
    }
  }

  private boolean deletes() throws IOException {
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(launch.logDirectory(), "*-delete")) {
      return entries.iterator().hasNext();
    }
  }

  private Process running() {
    Process current = process;
    if (current == null || !current.isAlive()) {
      throw new IllegalStateException(name + " does not run; its output ends:\n" + tail());
    }
    return current;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(SETTLE_POLL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean waitFor(Process process, Duration timeout) {
    try {
      return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    stop();
    Runtime.getRuntime().removeShutdownHook(killer);
  }
}
