package io.millrace.cli.node;

import io.millrace.cli.Console;
import io.millrace.cli.Main;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace aot-train-commands`: runs the common commands against a node, for the AOT cache of
/// those that are no node themselves; and gives the node something to do meanwhile.
@Command(name = "aot-train-commands", hidden = true)
public final class AotTrainCommands implements Callable<Integer> {
  /// Some batches of each partition.
  private static final int RECORDS = 2_000;

  private final Console console;

  @Parameters(description = "Where the node listens.")
  String at = "";

  public AotTrainCommands(Console console) {
    this.console = console;
  }

  @Option(
      names = "--replicated",
      description = "Write what comes in to a topic with three replicas until the input ends.")
  boolean replicated;

  @Override
  public Integer call() {
    return replicated ? writeWhatComes() : usual();
  }

  private int writeWhatComes() {
    int status =
        command("", "topic", "create", "replicated", "-p", "6", "-b", at)
            | run(console.in(), "produce", "replicated", "-K", ":", "-b", at);
    return status | consume("replicated", "consumer", 1);
  }

  private int usual() {
    int status = command("", "topic", "list", "-b", at);
    status |= command("", "topic", "create", "train", "-p", "6", "-b", at);
    status |= command(records(), "produce", "train", "-K", ":", "-b", at);
    status |= consume("train", "classic", RECORDS);
    status |= consume("train", "consumer", RECORDS);
    status |= command("", "group", "describe", "train-consumer", "-b", at);
    status |= command("", "config", "describe", "topic", "train", "-b", at);
    status |= command("", "topic", "describe", "train", "-b", at);
    command("", "cluster", "--help");
    return status;
  }

  private int consume(String topic, String protocol, int records) {
    return command(
        "",
        "consume",
        topic,
        "--json",
        "--from-beginning",
        "-n",
        "" + records,
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
    return run(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), words);
  }

  private int run(InputStream input, String... words) {
    return Main.run(Console.to(input, OutputStream.nullOutputStream(), console.err()), words);
  }

  private static String records() {
    var lines = new StringBuilder();
    for (int i = 0; i < RECORDS; i++) {
      lines.append("key-").append(i % 100).append(":{\"number\":").append(i).append("}\n");
    }
    return lines.toString();
  }
}
