package io.millrace.cli.client;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace topic alter`.
@Command(
    name = "alter",
    description = {
      "Give a topic more partitions; settings are changed by `config set topic NAME`.",
      "Keys may go to other partitions from then on."
    })
final class TopicAlter extends AdminCommand {
  @Parameters(paramLabel = "NAME", description = "The topic.")
  String name = "";

  @Option(
      names = {"-p", "--partitions"},
      required = true,
      paramLabel = "N",
      description = "How many partitions it shall have.")
  int partitions;

  TopicAlter(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    Failures.await(
        "topic " + name,
        admin.createPartitions(Map.of(name, NewPartitions.increaseTo(partitions))).all());
    if (json.wanted()) {
      console.json(Json.object("topic", name, "partitions", partitions));
    } else {
      console.line("topic " + name + " has " + partitions + " partitions");
    }
    return ExitCode.OK;
  }
}
