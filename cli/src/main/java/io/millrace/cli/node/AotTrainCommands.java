package io.millrace.cli.node;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
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
    command("", "topic", "create", "replicated", "-p", "6", "-b", at);
    run(console.in(), "produce", "replicated", "-K", ":", "-X", "linger.ms=0", "-b", at);
    consume("replicated", "consumer", 1);
    return ExitCode.OK;
  }

  private int usual() {
    command("", "topic", "list", "-b", at);
    command("", "topic", "create", "train", "-p", "6", "-b", at);
    command(records(), "produce", "train", "-K", ":", "-b", at);
    consume("train", "classic", RECORDS);
    consume("train", "consumer", RECORDS);
    command("", "group", "describe", "train-consumer", "-b", at);
    command("", "config", "describe", "topic", "train", "-b", at);
    command("", "topic", "describe", "train", "-b", at);
    command("", "cluster", "--help");
    return ExitCode.OK;
  }

  private void consume(String topic, String protocol, int records) {
    command(
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

  private void command(String input, String... words) {
    run(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), words);
  }

  /// A command that fails, for want of time on a busy machine, leaves a cache that knows fewer
  /// classes: no reason to have none. It is said in the log of the run.
  private void run(InputStream input, String... words) {
    int status = Main.run(Console.to(input, OutputStream.nullOutputStream(), console.err()), words);
    if (status != ExitCode.OK) {
      console.note("millrace " + String.join(" ", words) + " ended with " + status);
    }
  }

  private static String records() {
    var lines = new StringBuilder();
    for (int i = 0; i < RECORDS; i++) {
      lines.append("key-").append(i % 100).append(":{\"number\":").append(i).append("}\n");
    }
    return lines.toString();
  }
}
