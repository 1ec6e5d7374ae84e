package io.millrace.benchmark.broker;

import java.io.File;
import java.io.IOException;
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
import org.apache.kafka.common.Uuid;

/// Millrace, from its `millrace` command: a checkout's, which builds first, or a distribution's.
///
/// The command is run once, so that everything that it does but once (build, format, AOT cache) is
/// done. The JVM that it started is then asked for its command line, and from then on started
/// directly, as Kafka's is: both are timed from the exec of the JVM.
public final class MillraceBroker {
  private static final Duration FIRST_START_TIMEOUT = Duration.ofMinutes(10);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);
  private static final String TEMPLATE = "millrace.properties";
  private static final String OPTIONS = "MILLRACE_OPTS";

  private MillraceBroker() {}

  /// Writes the configuration below `directory`, starts once, and says how to start again.
  public static BrokerUnderTest prepare(
      String name, Path command, Path directory, List<String> moreJvmFlags) throws IOException {
    if (!Files.isExecutable(command)) {
      throw new IOException(
          command + " is not a program: give the millrace command of a checkout or distribution");
    }
    NodePlan single = NodePlan.single(directory);
    Path properties = single.writeProperties(TEMPLATE, "", 1);
    Map<String, String> environment = new LinkedHashMap<>();
    if (!moreJvmFlags.isEmpty()) {
      environment.put(OPTIONS, String.join(" ", moreJvmFlags));
    }
    makeAotCache(command, directory);
    List<String> start =
        List.of(command.toAbsolutePath().toString(), "start", "-c", properties.toString());
    List<String> jvm = jvmCommand(start, environment, single);
    return new BrokerUnderTest(
        name,
        "Millrace, " + command,
        launch(jvm, environment, single),
        (home, nodes) -> cluster(jvm, properties, environment, home, nodes));
  }

  /// Nodes that are started as the single one was, each with its own properties and the words that
  /// format the quorum, which a formatted node takes no notice of.
  private static List<Launch> cluster(
      List<String> jvm,
      Path singleProperties,
      Map<String, String> environment,
      Path directory,
      int nodes)
      throws IOException {
    List<NodePlan> plans = NodePlan.of(directory, nodes);
    List<String> quorum =
        List.of(
            "--cluster-id", Uuid.randomUuid().toString(),
            "--initial-controllers", NodePlan.voters(plans));
    List<Launch> launches = new ArrayList<>();
    for (NodePlan plan : plans) {
      Path properties = plan.writeProperties(TEMPLATE, NodePlan.bootstrap(plans), nodes);
      List<String> command = new ArrayList<>(jvm);
      command.replaceAll(
          word -> word.equals(singleProperties.toString()) ? properties.toString() : word);
      command.addAll(quorum);
      launches.add(launch(command, environment, plan));
    }
    return launches;
  }

  private static Launch launch(
      List<String> command, Map<String, String> environment, NodePlan node) {
    return new Launch(
        command, node.directory(), environment, node.output(), node.address(), node.logs());
  }

  private static List<String> jvmCommand(
      List<String> start, Map<String, String> environment, NodePlan node) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(start)
            .directory(node.directory().toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(node.output().toFile()));
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      if (!Readiness.await(node.address(), FIRST_START_TIMEOUT, process::isAlive)) {
        throw new IOException(
            String.join(" ", start) + " did not get ready:\n" + Files.readString(node.output()));
      }
      ProcessHandle serving = serving(process);
      List<String> command = commandLine(serving.pid());
      serving.destroy();
      awaitEnd(serving);
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
  private static ProcessHandle serving(Process process) throws IOException {
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
