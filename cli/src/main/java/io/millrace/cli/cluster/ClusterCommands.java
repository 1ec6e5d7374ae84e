package io.millrace.cli.cluster;

import io.millrace.cli.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `millrace cluster`: the group of commands.
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Run a local cluster of real processes, and play faults on it.")
public final class ClusterCommands implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  private ClusterCommands() {}

  /// The group with its commands.
  public static CommandLine commandLine(Console console) {
    return new CommandLine(new ClusterCommands())
        .addSubcommand(new ClusterStart(console))
        .addSubcommand(new ClusterStatus(console))
        .addSubcommand("kill", signal(console, ClusterSignal.Fault.KILL, "Kill a node (SIGKILL)."))
        .addSubcommand(
            "pause", signal(console, ClusterSignal.Fault.PAUSE, "Freeze a node (SIGSTOP)."))
        .addSubcommand(
            "resume", signal(console, ClusterSignal.Fault.RESUME, "Unfreeze a node (SIGCONT)."))
        .addSubcommand(new ClusterRestart(console))
        .addSubcommand(new ClusterStop(console));
  }

  private static CommandLine signal(
      Console console, ClusterSignal.Fault fault, String description) {
    var command = new CommandLine(new ClusterSignal(console, fault));
    command.getCommandSpec().usageMessage().description(description);
    return command;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }
}
