package io.millrace.cli.client;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `millrace config set`.
@Command(name = "set", description = "Change settings; the others stay.")
final class ConfigSet extends AdminCommand {
  @Mixin ConfigTarget target = new ConfigTarget();

  @Parameters(
      index = "2..*",
      arity = "1..*",
      paramLabel = "KEY=VALUE",
      description = "For example retention.ms=86400000.")
  Map<String, String> settings = new LinkedHashMap<>();

  ConfigSet(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    List<AlterConfigOp> changes =
        settings.entrySet().stream()
            .map(setting ->
                new AlterConfigOp(
                    new ConfigEntry(setting.getKey(), setting.getValue()),
                    AlterConfigOp.OpType.SET))
            .toList();
    Failures.await(
        target.toString(), admin.incrementalAlterConfigs(Map.of(target.resource(), changes)).all());
    if (json.wanted()) {
      console.json(Json.object("type", target.type, "name", target.name, "set", settings));
    } else {
      console.line(target + ": set " + settings);
    }
    return ExitCode.OK;
  }
}
