package io.millrace.cli.client;

import io.millrace.cli.CommandGroup;
import io.millrace.cli.Console;
import picocli.CommandLine;

/// The commands that talk to a running cluster.
public final class ClientCommands {
  private ClientCommands() {}

  /// `millrace topic`.
  public static CommandLine topic(Console console) {
    return CommandGroup.of("topic", "Create, list, describe, grow and delete topics.")
        .addSubcommand(new TopicCreate(console))
        .addSubcommand(new TopicList(console))
        .addSubcommand(new TopicDescribe(console))
        .addSubcommand(new TopicAlter(console))
        .addSubcommand(new TopicDelete(console));
  }

  /// `millrace produce`.
  public static CommandLine produce(Console console) {
    return new CommandLine(new ProduceCommand(console));
  }

  /// `millrace consume`.
  public static CommandLine consume(Console console) {
    return new CommandLine(new ConsumeCommand(console));
  }

  /// `millrace group`.
  public static CommandLine group(Console console) {
    return CommandGroup.of("group", "List, describe, reset and delete groups.")
        .addSubcommand(new GroupList(console))
        .addSubcommand(new GroupDescribe(console))
        .addSubcommand(new GroupResetOffsets(console))
        .addSubcommand(new GroupDeleteOffsets(console))
        .addSubcommand(new GroupDelete(console));
  }

  /// `millrace config`.
  public static CommandLine config(Console console) {
    return CommandGroup.of(
            "config", "Show and change the configuration of topics, brokers and groups.")
        .addSubcommand(new ConfigDescribe(console))
        .addSubcommand(new ConfigSet(console))
        .addSubcommand(new ConfigUnset(console));
  }
}
