package io.millrace.cli.client;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `millrace config describe`.
@Command(name = "describe", description = "Show settings: those that were set, or all.")
final class ConfigDescribe extends AdminCommand {
  @Mixin ConfigTarget target = new ConfigTarget();

  @Option(names = "--all", description = "Defaults too.")
  boolean all;

  ConfigDescribe(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    ConfigResource resource = target.resource();
    Config config =
        Failures.await(
            target.toString(), admin.describeConfigs(List.of(resource)).values(), resource);
    config.entries().stream()
        .filter(entry -> all || !entry.isDefault())
        .sorted(Comparator.comparing(ConfigEntry::name))
        .forEach(this::print);
    return ExitCode.OK;
  }

  private void print(ConfigEntry entry) {
    String source = entry.source().name().toLowerCase(Locale.ROOT);
    String value = entry.isSensitive() ? "(hidden)" : String.valueOf(entry.value());
    if (json.wanted()) {
      console.json(
          Json.object(
              "name",
              entry.name(),
              "value",
              value,
              "source",
              source,
              "read_only",
              entry.isReadOnly()));
    } else {
      console.line(entry.name() + "=" + value + "  (" + source + ")");
    }
  }
}
