package io.millrace.benchmark.broker;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Millrace, from its `millrace` command: a checkout's, which builds first, or a distribution's.
///
/// The command is run once, so that everything that it does but once (build, format, AOT cache) is
/// done. The JVM that it started is then asked for its command line, and from then on started
/// directly, as Kafka's is: both are timed from the exec of the JVM.
public final class MillraceBroker {
  private static final Duration FIRST_START_TIMEOUT = Duration.ofMinutes(10);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);
  private static final String OPTIONS = "MILLRACE_OPTS";

  private MillraceBroker() {}

  /// Writes the configuration below `directory`, starts once, and says how to start again.
  public static BrokerUnderTest prepare(
      String name, Path command, Path directory, List<String> moreJvmFlags) throws IOException {
    if (!Files.isExecutable(command)) {
      throw new IOException(
          command + " is not a program: give the millrace command of a checkout or distribution");
    }
    Path logs = directory.resolve("data");
    Files.createDirectories(logs);
    int[] ports = Ports.two();
    Path properties = directory.resolve("server.properties");
    Files.writeString(
        properties,
        Template.of(
            "millrace.properties",
            Map.of(
                "port", Integer.toString(ports[0]),
                "controllerPort", Integer.toString(ports[1]),
                "logs", logs.toString())));
    Map<String, String> environment = new LinkedHashMap<>();
    if (!moreJvmFlags.isEmpty()) {
      environment.put(OPTIONS, String.join(" ", moreJvmFlags));
    }
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), ports[0]);
    Path output = directory.resolve("output.log");
    makeAotCache(command, directory);
    List<String> start =
        List.of(command.toAbsolutePath().toString(), "start", "-c", properties.toString());
    List<String> jvm = jvmCommand(start, environment, directory, output, address);
    return new BrokerUnderTest(
        name,
        "Millrace, " + command,
        new Launch(jvm, directory, environment, output, address, logs));
  }

  private static List<String> jvmCommand(
      List<String> start,
      Map<String, String> environment,
      Path directory,
      Path output,
      InetSocketAddress address)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(start)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      if (!Readiness.await(address, FIRST_START_TIMEOUT, process::isAlive)) {
        throw new IOException(
            String.join(" ", start) + " did not get ready:\n" + Files.readString(output));
      }
      ProcessHandle node = node(process);
      List<String> command = commandLine(node.pid());
      node.destroy();
      awaitEnd(node);
      return command;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /// As the command itself would, in the background after a first start; without a cache the broker
  /// only starts slower.
  private static void makeAotCache(Path command, Path directory) {
    try {
      Command.run(List.of(command.toAbsolutePath().toString(), "aot-cache"), directory);
    } catch (IOException e) {
      System.err.println("bench: no AOT cache: " + e.getMessage());
    }
  }

  /// The JVM that serves: the program itself where the script handed over to it, else its child.
  private static ProcessHandle node(Process process) throws IOException {
    try (Stream<ProcessHandle> all =
        Stream.concat(Stream.of(process.toHandle()), process.descendants())) {
      Optional<ProcessHandle> jvm = all.filter(MillraceBroker::isJvm).findFirst();
      return jvm.orElseThrow(() -> new IOException("the millrace command runs no JVM"));
    }
  }

  private static boolean isJvm(ProcessHandle process) {
    return process.info().command().map(path -> path.endsWith("/java")).orElse(false);
  }

  private static List<String> commandLine(long pid) throws IOException {
    String line = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
    List<String> command = new ArrayList<>(List.of(line.split("\0")));
    command.set(0, Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "exe")).toString());
    return command;
  }

  private static void awaitEnd(ProcessHandle node) throws IOException {
    try {
      node.onExit().get(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IOException("the first node did not stop", e);
    }
  }
}
