package io.millrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// A command that only has others below it, such as `millrace topic`; alone it is wrong usage.
@Command(mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND")
public final class CommandGroup implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  private CommandGroup() {}

  /// An empty group.
  public static CommandLine of(String name, String description) {
    var line = new CommandLine(new CommandGroup());
    line.setCommandName(name);
    line.getCommandSpec().usageMessage().description(description);
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }
}
