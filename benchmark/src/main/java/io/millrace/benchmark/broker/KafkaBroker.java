package io.millrace.benchmark.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
    Path logs = directory.resolve("data");
    Files.createDirectories(logs);
    int[] ports = Ports.two();
    Path properties = directory.resolve("server.properties");
    Files.writeString(
        properties,
        Template.of(
            "kafka-server.properties",
            Map.of(
                "port", Integer.toString(ports[0]),
                "controllerPort", Integer.toString(ports[1]),
                "logs", logs.toString())));
    Path logging = directory.resolve("log4j2.properties");
    Files.writeString(logging, Template.of("kafka-log4j2.properties", Map.of()));
    Command.run(
        List.of(
            Java.executable(),
            "-cp",
            library.classPath(),
            "kafka.tools.StorageTool",
            "format",
            "--standalone",
            "-t",
            Uuid.randomUuid().toString(),
            "-c",
            properties.toString()),
        directory);
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
    return new BrokerUnderTest(
        "kafka",
        "Apache Kafka " + library.version(),
        new Launch(
            command,
            directory,
            Map.of(),
            directory.resolve("output.log"),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), ports[0]),
            logs));
  }
}
