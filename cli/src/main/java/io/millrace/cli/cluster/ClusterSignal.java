package io.millrace.cli.cluster;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.Json;
import io.millrace.cli.JsonOption;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `millrace cluster kill|pause|resume`: a fault, or its end, at one node. Returns once the
/// operating system shows its effect.
@Command(mixinStandardHelpOptions = true)
final class ClusterSignal implements Callable<Integer> {
  private static final long EFFECT_TIMEOUT_MS = 10_000;

  /// What is done to a node.
  enum Fault {
    KILL("KILL", OsProcess.State.GONE, "killed"),
    PAUSE("STOP", OsProcess.State.PAUSED, "paused"),
    RESUME("CONT", OsProcess.State.RUNNING, "resumed");

    private final String signal;
    private final OsProcess.State effect;
    private final String done;

    Fault(String signal, OsProcess.State effect, String done) {
      this.signal = signal;
      this.effect = effect;
      this.done = done;
    }
  }

  private final Console console;
  private final Fault fault;

  @Mixin DirectoryOption directory = new DirectoryOption();

  @Option(
      names = {"-i", "--node"},
      required = true,
      paramLabel = "ID",
      description = "The node's id.")
  int id;

  @Mixin JsonOption json = new JsonOption();

  ClusterSignal(Console console, Fault fault) {
    this.console = console;
    this.fault = fault;
  }

  @Override
  public Integer call() throws InterruptedException {
    ClusterState cluster = ClusterState.load(directory.absolute());
    ClusterNode node = cluster.node(id);
    if (!node.process().isAlive()) {
      throw CommandFailure.failed(
          "node " + id + " does not run",
          "start it: millrace cluster restart --dir " + cluster.directory() + " --node " + id);
    }
    node.process().signal(fault.signal);
    awaitEffect(node);
    if (json.wanted()) {
      console.json(Json.object(fault.done, id));
    } else {
      console.line("node " + id + " " + fault.done + " (pid " + node.process().pid() + ")");
    }
    return 0;
  }

  private void awaitEffect(ClusterNode node) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(EFFECT_TIMEOUT_MS);
    while (node.process().state() != fault.effect) {
      if (System.nanoTime() - deadline > 0) {
        throw CommandFailure.failed(
            "node " + id + " shows no effect of SIG" + fault.signal,
            "see: ps " + node.process().pid());
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }
}
