package io.millrace.cli.client;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace topic delete`.
@Command(name = "delete", description = "Delete topics and their data.")
final class TopicDelete extends AdminCommand {
  @Parameters(arity = "1..*", paramLabel = "NAME", description = "The topics.")
  List<String> names = List.of();

  @Option(names = "--if-exists", description = "Topics that do not exist are no failure.")
  boolean ifExists;

  TopicDelete(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    Map<String, KafkaFuture<Void>> deleted = admin.deleteTopics(names).topicNameValues();
    for (String name : names) {
      boolean absent =
          ifExists && Failures.failedWith(UnknownTopicOrPartitionException.class, deleted, name);
      if (!absent) {
        Failures.await("topic " + name, deleted, name);
      }
      String result = absent ? "does not exist" : "deleted";
      if (json.wanted()) {
        console.json(Json.object("topic", name, "result", result));
      } else {
        console.line("topic " + name + " " + result);
      }
    }
    return ExitCode.OK;
  }
}
