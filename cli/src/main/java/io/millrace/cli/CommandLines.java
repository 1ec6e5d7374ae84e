package io.millrace.cli;

import io.millrace.cli.client.ClientCommands;
import io.millrace.cli.cluster.ClusterCommands;
import io.millrace.cli.demo.DemoCommand;
import io.millrace.cli.doctor.DoctorCommand;
import io.millrace.cli.log.LogCommands;
import io.millrace.cli.node.AotTrainCommand;
import io.millrace.cli.node.AotTrainCommands;
import io.millrace.cli.node.DevCommand;
import io.millrace.cli.node.StartCommand;
import io.millrace.cli.operate.OperateCommands;
import io.millrace.cli.sim.Sim;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The commands as picocli sees them.
///
/// Only the command that was named is loaded; all of them are where none was (help, a typing
/// error).
final class CommandLines {
  private static final List<String> COMMANDS =
      List.of(
          "dev",
          "start",
          "cluster",
          "topic",
          "produce",
          "consume",
          "group",
          "config",
          "partition",
          "broker",
          "quorum",
          "demo",
          "log",
          "doctor",
          "bench",
          "sim",
          "aot-train",
          "aot-train-commands");

  private CommandLines() {}

  /// Runs one command line.
  ///
  /// @return one of [ExitCode]
  static int run(Console console, String... args) {
    return commandLine(console, args.length == 0 ? "" : args[0]).execute(args);
  }

  static CommandLine commandLine(Console console, String first) {
    var root = new CommandLine(new MillraceCommand());
    for (String name : needed(first)) {
      root.addSubcommand(name, command(console, name));
    }
    root.setOut(writer(console.out()));
    root.setErr(writer(console.err()));
    root.setUsageHelpWidth(100);
    root.setUsageHelpAutoWidth(console.terminal());
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.setExecutionExceptionHandler((thrown, _, _) -> Main.failed(console, thrown));
    root.setParameterExceptionHandler((wrong, _) -> misused(console, wrong));
    return root;
  }

  private static List<String> needed(String first) {
    if (first.equals("--version") || first.equals("-V")) {
      return List.of();
    }
    return COMMANDS.contains(first) ? List.of(first) : COMMANDS;
  }

  private static Object command(Console console, String name) {
    return switch (name) {
      case "dev" -> new DevCommand(console);
      case "start" -> new StartCommand(console);
      case "cluster" -> ClusterCommands.commandLine(console);
      case "bench" -> new Bench();
      case "sim" -> new Sim();
      case "topic" -> ClientCommands.topic(console);
      case "produce" -> ClientCommands.produce(console);
      case "consume" -> ClientCommands.consume(console);
      case "group" -> ClientCommands.group(console);
      case "config" -> ClientCommands.config(console);
      case "partition" -> OperateCommands.partition(console);
      case "broker" -> OperateCommands.broker(console);
      case "quorum" -> OperateCommands.quorum(console);
      case "demo" -> new DemoCommand(console);
      case "log" -> LogCommands.commandLine(console);
      case "doctor" -> new DoctorCommand(console);
      case "aot-train" -> new AotTrainCommand(console);
      case "aot-train-commands" -> new AotTrainCommands(console);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static PrintWriter writer(java.io.PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  private static int misused(Console console, ParameterException wrong) {
    console.note("millrace: " + wrong.getMessage());
    UnmatchedArgumentException.printSuggestions(wrong, writer(console.err()));
    console.note("  see: " + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help");
    return ExitCode.USAGE;
  }
}
