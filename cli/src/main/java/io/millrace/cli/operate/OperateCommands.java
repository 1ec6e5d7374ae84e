package io.millrace.cli.operate;

import io.millrace.cli.CommandGroup;
import io.millrace.cli.Console;
import picocli.CommandLine;

/// The groups of commands.
public final class OperateCommands {
  private OperateCommands() {}

  /// `millrace partition`.
  public static CommandLine partition(Console console) {
    return CommandGroup.of("partition", "Move replicas and leaders, and watch them move.")
        .addSubcommand(new PartitionReassign(console))
        .addSubcommand(new PartitionMove(console))
        .addSubcommand(new PartitionBalance(console))
        .addSubcommand(new PartitionElect(console))
        .addSubcommand(new PartitionStatus(console))
        .addSubcommand(new PartitionCancel(console));
  }

  /// `millrace broker`.
  public static CommandLine broker(Console console) {
    return CommandGroup.of("broker", "List, cordon, drain and remove brokers.")
        .addSubcommand(new BrokerList(console))
        .addSubcommand(new BrokerDrain(console))
        .addSubcommand("cordon", cordon(console, true, "Give a broker no new replicas."))
        .addSubcommand("uncordon", cordon(console, false, "Let a broker take replicas again."))
        .addSubcommand(new BrokerRemove(console));
  }

  /// `millrace quorum`.
  public static CommandLine quorum(Console console) {
    return CommandGroup.of("quorum", "Show the controllers' quorum, add and remove voters.")
        .addSubcommand(new QuorumDescribe(console))
        .addSubcommand(new QuorumAdd(console))
        .addSubcommand(new QuorumRemove(console));
  }

  private static CommandLine cordon(Console console, boolean cordoned, String description) {
    var line = new CommandLine(new BrokerCordon(console, cordoned));
    line.getCommandSpec().usageMessage().description(description);
    return line;
  }
}
