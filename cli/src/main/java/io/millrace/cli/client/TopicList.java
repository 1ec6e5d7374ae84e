package io.millrace.cli.client;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicListing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `millrace topic list`.
@Command(name = "list", description = "List topics, one a line.")
final class TopicList extends AdminCommand {
  @Option(names = "--internal", description = "Internal topics too.")
  boolean internal;

  TopicList(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    Map<String, TopicListing> topics =
        new TreeMap<>(
            Failures.await(
                "topics",
                admin
                    .listTopics(new ListTopicsOptions().listInternal(internal))
                    .namesToListings()));
    for (TopicListing topic : topics.values()) {
      if (json.wanted()) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("topic", topic.name());
        line.put("id", topic.topicId().toString());
        line.put("internal", topic.isInternal());
        console.json(line);
      } else {
        console.line(topic.name());
      }
    }
    return ExitCode.OK;
  }
}
