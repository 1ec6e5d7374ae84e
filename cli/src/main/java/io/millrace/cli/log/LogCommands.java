package io.millrace.cli.log;

import io.millrace.cli.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `millrace log`: the group of commands.
@Command(
    name = "log",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Read log files offline.")
public final class LogCommands implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  private LogCommands() {}

  /// The group with its commands.
  public static CommandLine commandLine(Console console) {
    return new CommandLine(new LogCommands()).addSubcommand(new DumpCommand(console));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }
}
