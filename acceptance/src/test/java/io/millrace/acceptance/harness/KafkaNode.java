package io.millrace.acceptance.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// Apache Kafka of the pinned version, one combined node, formatted by its own tool. For
/// developers: what a test demands of Millrace is first shown to be what Kafka does.
final class KafkaNode implements Node {
  private final Path directory;
  private final Path properties;
  private final List<Integer> ports = FreePorts.choose(2);
  private final int port = ports.getFirst();
  private final int controllerPort = ports.getLast();
  private Program.@Nullable Running process;

  KafkaNode(Path directory) {
    this.directory = directory;
    this.properties = directory.resolve("server.properties");
  }

  @Override
  public void start(Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("process.roles", "broker,controller");
    all.put("node.id", "1");
    all.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    all.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    all.put("controller.listener.names", "CONTROLLER");
    all.put("controller.quorum.bootstrap.servers", "127.0.0.1:" + controllerPort);
    all.put("log.dirs", directory.resolve("data").toString());
    all.put("offsets.topic.replication.factor", "1");
    all.put("transaction.state.log.replication.factor", "1");
    all.put("transaction.state.log.min.isr", "1");
    all.put("share.coordinator.state.topic.replication.factor", "1");
    all.put("share.coordinator.state.topic.min.isr", "1");
    all.putAll(settings);
    StringBuilder text = new StringBuilder();
    all.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    try {
      Files.writeString(properties, text);
      if (!Files.exists(directory.resolve("data/meta.properties"))) {
        Program.ofJava(
                Suite.classPath(),
                "kafka.tools.StorageTool",
                "format",
                "--standalone",
                "-t",
                Uuid.randomUuid().toString(),
                "-c",
                properties.toString())
            .run()
            .expectSuccess();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Program.Running started =
        Program.ofJava(List.of("-Xmx512m"), Suite.classPath(), "kafka.Kafka", properties.toString())
            .start();
    process = started;
    Await.until(
        "Kafka answers",
        () -> {
          if (!started.isAlive()) {
            throw new IllegalStateException("Kafka ended: " + started.out() + started.err());
          }
          try (Admin admin = Millrace.admin(bootstrap())) {
            return admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).size();
          }
        },
        nodes -> nodes == 1);
  }

  @Override
  public void stop() {
    try (Program.Running running = process) {
      if (running != null) {
        running.terminate().awaitEnd(Duration.ofSeconds(60));
      }
    }
  }

  @Override
  public void kill() {
    try (Program.Running running = process) {
      if (running != null) {
        running.handle().destroyForcibly();
        running.awaitEnd(Duration.ofSeconds(60));
      }
    }
  }

  @Override
  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  @Override
  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  @Override
  public List<Path> logs() {
    return List.of();
  }
}
