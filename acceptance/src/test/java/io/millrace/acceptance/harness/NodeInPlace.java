package io.millrace.acceptance.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// One node's properties file and data directories, which Apache Kafka and Millrace run by turns,
/// each as a process of its own, at one address that stays.
public final class NodeInPlace implements AutoCloseable {

  /// Who runs it.
  public enum Software {
    KAFKA,
    MILLRACE
  }

  private final Path directory = Suite.scratchDirectory("in-place");
  private final Path properties = directory.resolve("server.properties");
  private final Map<String, String> settings = new LinkedHashMap<>();
  private List<Path> logDirs;
  private final List<Integer> ports = FreePorts.choose(2);
  private final int port = ports.getFirst();
  private final int controllerPort = ports.getLast();
  private @Nullable SmallDisk disk;
  private Program.@Nullable Running process;
  private @Nullable Clients clients;

  /// @param directories how many `log.dirs`
  public NodeInPlace(int directories) {
    logDirs = IntStream.range(0, directories).mapToObj(i -> directory.resolve("data" + i)).toList();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "3");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "3");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("group.consumer.min.heartbeat.interval.ms", "200");
    settings.put("group.consumer.heartbeat.interval.ms", "200");
  }

  /// Sets a property, for either software.
  public NodeInPlace with(String key, String value) {
    settings.put(key, value);
    return this;
  }

  /// Has its one data directory on a disk of its own, for Millrace.
  public NodeInPlace on(SmallDisk itsDisk) {
    disk = itsDisk;
    logDirs = List.of(itsDisk.directory().resolve("data"));
    return this;
  }

  /// Kafka's `kafka-storage format` for a quorum whose voter is in the metadata log.
  public NodeInPlace formattedByKafka(String... options) {
    settings.put("controller.quorum.bootstrap.servers", "127.0.0.1:" + controllerPort);
    List<String> all = new ArrayList<>(List.of("--standalone"));
    all.addAll(List.of(options));
    return format(all);
  }

  /// The same for `controller.quorum.voters`, which is all that releases before 3.9 know.
  public NodeInPlace formattedByKafkaWithStaticVoter(String... options) {
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    return format(List.of(options));
  }

  private NodeInPlace format(List<String> options) {
    writeProperties();
    List<String> all =
        new ArrayList<>(
            List.of("format", "-t", Uuid.randomUuid().toString(), "-c", properties.toString()));
    all.addAll(options);
    KafkaTool.STORAGE.run(all.toArray(String[]::new)).expectSuccess();
    return this;
  }

  /// Starts it and returns when a client can use it.
  public NodeInPlace start(Software software) {
    Program.Running started = launch(software);
    Await.until(
        software + " answers",
        () -> {
          if (!started.isAlive()) {
            throw new AssertionError(software + " ended:\n" + started.out() + started.err());
          }
          try (Admin admin = Millrace.admin(bootstrap())) {
            return admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).size();
          }
        },
        nodes -> nodes == 1);
    return this;
  }

  /// Starts it and returns what it said when it had ended by itself.
  public Program.Ended startInVain(Software software) {
    try (Program.Running started = launch(software)) {
      return started.awaitEnd(Duration.ofSeconds(60));
    } finally {
      process = null;
    }
  }

  private Program.Running launch(Software software) {
    writeProperties();
    Program.Running started =
        switch (software) {
          case KAFKA ->
              Program.ofJava(
                      List.of("-Xmx512m"), Suite.classPath(), "kafka.Kafka", properties.toString())
                  .start();
          case MILLRACE -> {
            Program start = Millrace.command("start", "-c", properties.toString());
            yield (disk == null ? start : disk.inside(start)).start();
          }
        };
    process = started;
    return started;
  }

  /// Asks it to end and waits until it has.
  public void stop() {
    try (Program.Running running = process) {
      if (running != null) {
        running.terminate().awaitEnd(Duration.ofSeconds(60));
      }
    }
    process = null;
  }

  /// Kills it (SIGKILL) and waits until it is gone.
  public void kill() {
    try (Program.Running running = process) {
      if (running != null) {
        running.handle().destroyForcibly();
        running.awaitEnd(Duration.ofSeconds(60));
      }
    }
    process = null;
  }

  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  /// Clients of whatever runs; closed with the node.
  public Clients clients() {
    if (clients == null) {
      clients = new Clients(bootstrap());
    }
    return clients;
  }

  public List<Path> logDirs() {
    return logDirs;
  }

  /// What the running process has printed, for a failure's message.
  public String output() {
    Program.Running running = process;
    return running == null ? "" : running.out() + running.err();
  }

  private void writeProperties() {
    settings.put("log.dirs", logDirs.stream().map(Path::toString).collect(Collectors.joining(",")));
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    try {
      Files.writeString(properties, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (clients != null) {
      clients.close();
    }
    kill();
    Suite.delete(directory);
  }
}
