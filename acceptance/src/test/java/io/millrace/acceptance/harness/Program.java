package io.millrace.acceptance.harness;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A command run as a process of its own. Output goes to files, so that nothing blocks on a full
/// pipe and a failure can show it.
public final class Program {
  private final List<String> command = new ArrayList<>();
  private @Nullable Path input;
  private @Nullable Path directory;
  private Duration patience = Duration.ofSeconds(120);

  private Program(List<String> command) {
    this.command.addAll(command);
  }

  /// What a program that has ended said.
  ///
  /// @param exitCode 0 for success by custom
  /// @param out standard output
  /// @param err standard error
  public record Ended(int exitCode, String out, String err) {
    /// The result itself, or a failure that shows all of it.
    public Ended expectSuccess() {
      if (exitCode != 0) {
        throw new AssertionError(
            "exit code " + exitCode + "\nstdout:\n" + out + "\nstderr:\n" + err);
      }
      return this;
    }

    /// The lines of standard output.
    public List<String> lines() {
      return out.lines().toList();
    }
  }

  /// A program of the system. Where it is missing the test fails and names the package that holds
  /// it: nothing is skipped silently.
  public static Program ofSystem(String name, String packageName, String... arguments) {
    Path executable = name.startsWith("/") ? Path.of(name) : onPath(name);
    if (executable == null || !Files.isExecutable(executable)) {
      throw new AssertionError(
          "the program '" + name + "' is missing: install the package '" + packageName + "'");
    }
    List<String> command = new ArrayList<>(List.of(executable.toString()));
    command.addAll(Arrays.asList(arguments));
    return new Program(command);
  }

  /// A program by its path.
  public static Program of(Path executable, String... arguments) {
    List<String> command = new ArrayList<>(List.of(executable.toString()));
    command.addAll(Arrays.asList(arguments));
    return new Program(command);
  }

  /// A Java main class on a class path of its own, on the JDK that runs the suite.
  public static Program ofJava(String classPath, String mainClass, String... arguments) {
    return ofJava(List.of("-Xmx256m"), classPath, mainClass, arguments);
  }

  /// As above, with options for the JVM.
  public static Program ofJava(
      List<String> jvmOptions, String classPath, String mainClass, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.util.logging.config.file="
                + Suite.basedir().resolve("src/test/resources/logging.properties")));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classPath, mainClass));
    command.addAll(Arrays.asList(arguments));
    return new Program(command);
  }

  /// A file that the program reads as its standard input; by default it reads nothing.
  public Program reading(Path file) {
    this.input = file;
    return this;
  }

  /// Another command that this one is the end of, such as `nsenter`.
  public Program behind(List<String> entrance) {
    command.addAll(0, entrance);
    return this;
  }

  /// The working directory.
  public Program in(Path workingDirectory) {
    this.directory = workingDirectory;
    return this;
  }

  /// How long [#run()] waits for the end; two minutes unless told.
  public Program within(Duration time) {
    this.patience = time;
    return this;
  }

  /// Runs to the end. A program that does not end in time is killed and the test fails.
  public Ended run() {
    try (Running running = start()) {
      return running.awaitEnd(patience);
    }
  }

  /// Starts without waiting.
  public Running start() {
    try {
      Path out = Files.createTempFile(Suite.scratch(), "program", ".out");
      Path err = Files.createTempFile(Suite.scratch(), "program", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(input != null ? input.toFile() : new File("/dev/null"))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().remove("CLASSPATH");
      if (directory != null) {
        builder.directory(directory.toFile());
      }
      return new Running(builder.start(), command, out, err);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }

  private static @Nullable Path onPath(String name) {
    for (String entry : System.getenv("PATH").split(File.pathSeparator, -1)) {
      Path candidate = Path.of(entry, name);
      if (Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    return null;
  }

  /// A program under way. Closing kills it if it still runs.
  public static final class Running implements AutoCloseable {
    private final Process process;
    private final List<String> command;
    private final Path out;
    private final Path err;

    private Running(Process process, List<String> command, Path out, Path err) {
      this.process = process;
      this.command = command;
      this.out = out;
      this.err = err;
    }

    /// Standard output so far.
    public String out() {
      return read(out);
    }

    /// Standard error so far.
    public String err() {
      return read(err);
    }

    public boolean isAlive() {
      return process.isAlive();
    }

    /// The process, for signals.
    public ProcessHandle handle() {
      return process.toHandle();
    }

    /// Asks the process to end (SIGTERM).
    public Running terminate() {
      process.destroy();
      return this;
    }

    /// Waits for the end.
    public Ended awaitEnd(Duration patience) {
      try {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new AssertionError(
              "did not end within "
                  + patience.toSeconds()
                  + " s: "
                  + String.join(" ", command)
                  + "\nstdout:\n"
                  + tail(out())
                  + "\nstderr:\n"
                  + tail(err()));
        }
        return new Ended(process.exitValue(), out(), err());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for " + command, e);
      }
    }

    @Override
    public void close() {
      if (process.isAlive()) {
        process.destroyForcibly();
      }
      try {
        Files.deleteIfExists(out);
        Files.deleteIfExists(err);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static String tail(String text) {
      return text.length() <= 4000 ? text : "…" + text.substring(text.length() - 4000);
    }

    private static String read(Path file) {
      try {
        return Files.readString(file, StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
