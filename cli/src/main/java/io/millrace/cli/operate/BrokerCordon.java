package io.millrace.cli.operate;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import io.millrace.cli.client.AdminCommand;
import io.millrace.cli.client.Failures;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `millrace broker cordon` and `uncordon`: sets `cordoned.log.dirs` of a broker to all its
/// directories, or takes that back.
@Command
final class BrokerCordon extends AdminCommand {
  private static final String CORDONED_LOG_DIRS = "cordoned.log.dirs";

  private final boolean cordoned;

  @Parameters(paramLabel = "ID", description = "The broker.")
  int id;

  /// @param cordoned what the broker shall be
  BrokerCordon(Console console, boolean cordoned) {
    super(console);
    this.cordoned = cordoned;
  }

  @Override
  protected int run(Admin admin) {
    ObservedCluster.of(admin).broker(id);
    set(admin, id, cordoned);
    if (json.wanted()) {
      console.json(Json.object("id", id, "cordoned", cordoned));
    } else {
      console.line("broker " + id + (cordoned ? " gets no new replicas" : " takes replicas again"));
    }
    return ExitCode.OK;
  }

  static void set(Admin admin, int broker, boolean cordoned) {
    AlterConfigOp change =
        cordoned
            ? new AlterConfigOp(new ConfigEntry(CORDONED_LOG_DIRS, "*"), OpType.SET)
            : new AlterConfigOp(new ConfigEntry(CORDONED_LOG_DIRS, null), OpType.DELETE);
    ConfigResource resource =
        new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(broker));
    Failures.await(
        "broker " + broker, admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all());
  }
}
