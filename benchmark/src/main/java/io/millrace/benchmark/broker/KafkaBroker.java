package io.millrace.benchmark.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/// Apache Kafka as it ships: the flags of its start script, the settings of its
/// `config/server.properties`, one node that is broker and controller.
public final class KafkaBroker {
  /// What `kafka-server-start.sh` and `kafka-run-class.sh` give the JVM.
  static final List<String> JVM_FLAGS =
      List.of(
          "-Xmx1G",
          "-Xms1G",
          "-server",
          "-XX:+UseG1GC",
          "-XX:MaxGCPauseMillis=20",
          "-XX:InitiatingHeapOccupancyPercent=35",
          "-XX:+ExplicitGCInvokesConcurrent",
          "-Djava.awt.headless=true");

  private KafkaBroker() {}

  /// Writes the configuration below `directory`, formats the log directory and says how to start.
  public static BrokerUnderTest prepare(
      KafkaLibrary library, Path directory, List<String> moreJvmFlags) throws IOException {
    NodePlan single = NodePlan.single(directory);
    return new BrokerUnderTest(
        "kafka",
        "Apache Kafka " + library.version(),
        launch(
            library,
            List.of(single),
            single,
            List.of("--standalone", "-t", Uuid.randomUuid().toString()),
            moreJvmFlags),
        (home, nodes) -> cluster(library, home, nodes, moreJvmFlags));
  }

  private static List<Launch> cluster(
      KafkaLibrary library, Path directory, int nodes, List<String> moreJvmFlags)
      throws IOException {
    List<NodePlan> plans = NodePlan.of(directory, nodes);
    List<String> quorum =
        List.of(
            "-t", Uuid.randomUuid().toString(), "--initial-controllers", NodePlan.voters(plans));
    List<Launch> launches = new ArrayList<>();
    for (NodePlan plan : plans) {
      launches.add(launch(library, plans, plan, quorum, moreJvmFlags));
    }
    return launches;
  }

  private static Launch launch(
      KafkaLibrary library,
      List<NodePlan> cluster,
      NodePlan node,
      List<String> quorum,
      List<String> moreJvmFlags)
      throws IOException {
    Path properties =
        node.writeProperties(
            "kafka-server.properties", NodePlan.bootstrap(cluster), cluster.size());
    Path logging = node.directory().resolve("log4j2.properties");
    Files.writeString(logging, Template.of("kafka-log4j2.properties", Map.of()));
    List<String> format =
        new ArrayList<>(
            List.of(
                Java.executable(),
                "-cp",
                library.classPath(),
                "kafka.tools.StorageTool",
                "format",
                "-c",
                properties.toString()));
    format.addAll(quorum);
    Command.run(format, node.directory());
    List<String> command = new ArrayList<>(List.of(Java.executable()));
    command.addAll(JVM_FLAGS);
    command.addAll(moreJvmFlags);
    command.addAll(
        List.of(
            "-Dlog4j2.configurationFile=" + logging,
            "-cp",
            library.classPath(),
            "kafka.Kafka",
            properties.toString()));
    return new Launch(
        command, node.directory(), Map.of(), node.output(), node.address(), node.logs());
  }
}
