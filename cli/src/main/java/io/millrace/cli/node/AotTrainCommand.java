package io.millrace.cli.node;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Logging;
import io.millrace.cli.Main;
import io.millrace.server.Node;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.common.network.ListenerName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `millrace aot-train`: the run that the launcher makes the AOT caches from. Starts a node in a
/// directory that is deleted afterwards, has the common commands talk to it ([AotTrainCommands]),
/// and starts it again on what they left, so that the cache knows the classes of first starts and
/// of later ones. Then three nodes form a cluster here, and each is stopped and started again under
/// load ([AotTrainCluster]): a partition's leader, and the quorum's, is replaced at once only by a
/// node that need not load the classes for it first.
///
/// The commands run in a JVM of their own and make a cache of their own: the JVM loads and links
/// every class of its cache before `main`, and a node has no use for a client's.
@Command(name = "aot-train", hidden = true)
public final class AotTrainCommand implements Callable<Integer> {
  private static final String OWN_CACHE = "-XX:AOTCacheOutput=";

  private final Console console;

  @Option(names = "--commands-cache", description = "Where the commands' cache goes.")
  @Nullable Path commandsCache;

  public AotTrainCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Logging.forNode(console.err());
    Path directory = Files.createTempDirectory("millrace-aot-train");
    try {
      Map<String, String> properties = NodeProperties.local(1, 0, 0, directory);
      properties.put("offsets.topic.num.partitions", "1");
      properties.put("metrics.listener", "127.0.0.1:0");
      PlainStart.of(console, "start", "-c", "server.properties");
      PlainStart.of(console, "dev", "--port", "9092");
      int status = run(properties, true);
      if (status == ExitCode.OK) {
        status = run(properties, false);
      }
      if (status == ExitCode.OK) {
        trainCluster(directory);
      }
      return status;
    } finally {
      deleteTree(directory);
    }
  }

  /// A cluster that fails, for want of time on a busy machine, leaves a cache that knows fewer
  /// classes: no reason to have none. It is said in the log of the run.
  private void trainCluster(Path directory) throws InterruptedException {
    try {
      int status = new AotTrainCluster(directory, this::commands).run();
      if (status != ExitCode.OK) {
        console.note("the training of a cluster ended with " + status);
      }
    } catch (CommandFailure | IOException e) {
      console.note("the training of a cluster failed: " + e);
    }
  }

  private int run(Map<String, String> properties, boolean load)
      throws IOException, InterruptedException {
    try (Node node = NodeProcess.start(properties, new FormatChoices())) {
      if (!node.awaitReady()) {
        return ExitCode.FAILED;
      }
      return load
          ? commands(commandsCache, "127.0.0.1:" + port(node)).inheritIO().start().waitFor()
          : ExitCode.OK;
    }
  }

  private static int port(Node node) {
    Integer port = node.ports().get(new ListenerName("PLAINTEXT"));
    if (port == null) {
      throw CommandFailure.failed("no PLAINTEXT listener: " + NodeProcess.describe(node), "");
    }
    return port;
  }

  /// The commands of the training, as a process of their own.
  ///
  /// @param cache where the cache goes that is made of it, null for none
  private ProcessBuilder commands(@Nullable Path cache, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!flag.startsWith(OWN_CACHE)) {
        command.add(flag);
      }
    }
    if (cache != null) {
      command.add(OWN_CACHE + cache);
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.add("aot-train-commands");
    command.addAll(List.of(words));
    return new ProcessBuilder(command);
  }

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
