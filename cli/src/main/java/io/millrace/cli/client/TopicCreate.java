package io.millrace.cli.client;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace topic create`.
@Command(name = "create", description = "Create topics.")
final class TopicCreate extends AdminCommand {
  @Parameters(arity = "1..*", paramLabel = "NAME", description = "The topics.")
  List<String> names = List.of();

  @Option(
      names = {"-p", "--partitions"},
      paramLabel = "N",
      description = "Partitions of each (default: the cluster's num.partitions).")
  @Nullable Integer partitions;

  @Option(
      names = {"-r", "--replication-factor"},
      paramLabel = "R",
      description = "Replicas of each partition (default: the cluster's).")
  @Nullable Short replicationFactor;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "KEY=VALUE",
      description = "A setting, e.g. retention.ms=86400000. Repeatable.")
  Map<String, String> config = new LinkedHashMap<>();

  @Option(names = "--if-not-exists", description = "Existing topics are left as they are.")
  boolean ifNotExists;

  @Option(names = "--validate-only", description = "Check, create nothing.")
  boolean validateOnly;

  TopicCreate(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    List<NewTopic> topics =
        names.stream()
            .map(name ->
                new NewTopic(
                        name,
                        Optional.ofNullable(partitions),
                        Optional.ofNullable(replicationFactor))
                    .configs(config))
            .toList();
    CreateTopicsResult created =
        admin.createTopics(topics, new CreateTopicsOptions().validateOnly(validateOnly));
    for (String name : names) {
      report(created, name);
    }
    return ExitCode.OK;
  }

  private void report(CreateTopicsResult created, String name) {
    if (ifNotExists && Failures.failedWith(TopicExistsException.class, created.values(), name)) {
      print(name, 0, 0, "exists");
      return;
    }
    Failures.await("topic " + name, created.values(), name);
    int count = Failures.await("topic " + name, created.numPartitions(name));
    int factor = Failures.await("topic " + name, created.replicationFactor(name));
    print(name, count, factor, validateOnly ? "valid" : "created");
  }

  private void print(String name, int count, int factor, String what) {
    if (json.wanted()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("topic", name);
      result.put("result", what);
      if (count > 0) {
        result.put("partitions", count);
        result.put("replication_factor", factor);
      }
      console.json(result);
    } else {
      String detail =
          count > 0 ? " (" + count + " partitions, replication factor " + factor + ")" : "";
      console.line("topic " + name + " " + what + detail);
    }
  }
}
