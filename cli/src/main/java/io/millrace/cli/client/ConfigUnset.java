package io.millrace.cli.client;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `millrace config unset`.
@Command(name = "unset", description = "Give settings their default back.")
final class ConfigUnset extends AdminCommand {
  @Mixin ConfigTarget target = new ConfigTarget();

  @Parameters(
      index = "2..*",
      arity = "1..*",
      paramLabel = "KEY",
      description = "For example retention.ms.")
  List<String> keys = List.of();

  ConfigUnset(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    List<AlterConfigOp> changes =
        keys.stream()
            .map(key -> new AlterConfigOp(new ConfigEntry(key, ""), AlterConfigOp.OpType.DELETE))
            .toList();
    Failures.await(
        target.toString(), admin.incrementalAlterConfigs(Map.of(target.resource(), changes)).all());
    if (json.wanted()) {
      console.json(Json.object("type", target.type, "name", target.name, "unset", keys));
    } else {
      console.line(target + ": unset " + keys);
    }
    return ExitCode.OK;
  }
}
