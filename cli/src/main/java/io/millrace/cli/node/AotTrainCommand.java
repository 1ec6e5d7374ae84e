package io.millrace.cli.node;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Logging;
import io.millrace.cli.Main;
import io.millrace.server.Node;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.common.network.ListenerName;
import picocli.CommandLine.Command;

/// `millrace aot-train`: the run that the launcher makes the AOT cache from. Starts a node in a
/// directory that is deleted afterwards, lets the common commands talk to it, and starts it again
/// on what they left, so that the cache knows the classes of first starts, later starts and
/// clients.
@Command(name = "aot-train", hidden = true)
public final class AotTrainCommand implements Callable<Integer> {
  /// Enough to have the hot methods compiled, whose profiles the cache keeps too.
  private static final int RECORDS = 20_000;

  private final Console console;

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
      PlainStart.of(console, "start", "-c", "server.properties");
      PlainStart.of(console, "dev", "--port", "9092");
      int status = run(properties, true);
      return status == ExitCode.OK ? run(properties, false) : status;
    } finally {
      deleteTree(directory);
    }
  }

  private int run(Map<String, String> properties, boolean load) throws InterruptedException {
    try (Node node = NodeProcess.start(properties, new FormatChoices())) {
      if (!node.awaitReady()) {
        return ExitCode.FAILED;
      }
      Integer port = node.ports().get(new ListenerName("PLAINTEXT"));
      String at = "127.0.0.1:" + port;
      int status = command("", "topic", "list", "-b", at);
      if (load) {
        status |= command("", "topic", "create", "train", "-p", "6", "-b", at);
        status |= command(records(), "produce", "train", "-K", ":", "-b", at);
        status |= consume(at, "classic");
        status |= consume(at, "consumer");
        status |= command("", "group", "describe", "train-consumer", "-b", at);
        status |= command("", "config", "describe", "topic", "train", "-b", at);
        status |= command("", "topic", "describe", "train", "-b", at);
      }
      return status;
    }
  }

  private int consume(String at, String protocol) {
    return command(
        "",
        "consume",
        "train",
        "--json",
        "--from-beginning",
        "-n",
        "" + RECORDS,
        "-g",
        "train-" + protocol,
        "--group-protocol",
        protocol,
        "--idle-timeout",
        "30",
        "-b",
        at);
  }

  private int command(String input, String... words) {
    var silent =
        Console.to(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            OutputStream.nullOutputStream(),
            console.err());
    return Main.run(silent, words);
  }

  private static String records() {
    var lines = new StringBuilder();
    for (int i = 0; i < RECORDS; i++) {
      lines.append("key-").append(i % 100).append(":{\"number\":").append(i).append("}\n");
    }
    return lines.toString();
  }

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
