package io.millrace.cli.client;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `millrace group delete`.
@Command(name = "delete", description = "Delete groups without members, and their offsets.")
final class GroupDelete extends AdminCommand {
  @Parameters(arity = "1..*", paramLabel = "GROUP", description = "The groups.")
  List<String> groups = List.of();

  GroupDelete(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    Map<String, KafkaFuture<Void>> deleted = admin.deleteConsumerGroups(groups).deletedGroups();
    for (String group : groups) {
      Failures.await("group " + group, deleted, group);
      if (json.wanted()) {
        console.json(Json.object("group", group, "result", "deleted"));
      } else {
        console.line("group " + group + " deleted");
      }
    }
    return ExitCode.OK;
  }
}
