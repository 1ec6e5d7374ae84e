package io.millrace.cli.client;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import picocli.CommandLine.Command;

/// `millrace group list`.
@Command(name = "list", description = "List groups of every kind.")
final class GroupList extends AdminCommand {
  GroupList(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    List<GroupListing> groups =
        Failures.await("groups", admin.listGroups().all()).stream()
            .sorted(Comparator.comparing(GroupListing::groupId))
            .toList();
    for (GroupListing group : groups) {
      String type = group.type().map(Object::toString).orElse("unknown");
      String state = group.groupState().map(Object::toString).orElse("unknown");
      if (json.wanted()) {
        console.json(
            Json.object(
                "group",
                group.groupId(),
                "type",
                type,
                "protocol",
                group.protocol(),
                "state",
                state));
      } else {
        console.line(String.format(Locale.ROOT, "%-40s %-9s %s", group.groupId(), type, state));
      }
    }
    return ExitCode.OK;
  }
}
