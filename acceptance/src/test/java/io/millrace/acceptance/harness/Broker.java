package io.millrace.acceptance.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A broker for a test class (`@RegisterExtension static final Broker broker = Broker.judged()`) or
/// for one test (`try (Broker broker = Broker.judged().open())`).
///
/// When it closes it is stopped cleanly, and Kafka's `kafka-dump-log` reads every file that it
/// wrote: a file that Kafka's own tool finds fault with fails the class.
public final class Broker implements BeforeAllCallback, AfterAllCallback, AutoCloseable {
  private final Map<String, String> settings = new LinkedHashMap<>();
  private @Nullable Path directory;
  private @Nullable Node node;
  private @Nullable Clients clients;

  private Broker() {
    // What would otherwise make rebalances wait for seconds; all else is the broker's default.
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("group.consumer.min.heartbeat.interval.ms", "200");
    settings.put("group.consumer.heartbeat.interval.ms", "200");
    settings.put("group.streams.min.heartbeat.interval.ms", "200");
    settings.put("group.streams.heartbeat.interval.ms", "200");
    settings.put("group.streams.initial.rebalance.delay.ms", "0");
  }

  /// A broker of the kind that the run judges, not started yet.
  public static Broker judged() {
    return new Broker();
  }

  /// Adds a setting by Kafka's name.
  public Broker with(String key, String value) {
    settings.put(key, value);
    return this;
  }

  /// Starts it in a fresh directory.
  public Broker open() {
    directory = Suite.scratchDirectory("broker");
    node =
        switch (Suite.judged()) {
          case MILLRACE -> new MillraceNode(directory);
          case KAFKA -> new KafkaNode(directory);
        };
    start();
    return this;
  }

  /// Starts it again where it was.
  public void start() {
    node().start(settings);
  }

  /// Ends it cleanly.
  public void stop() {
    node().stop();
  }

  /// Kills it (SIGKILL).
  public void kill() {
    node().kill();
  }

  /// `host:port` for clients; stays over restarts.
  public String bootstrap() {
    return node().bootstrap();
  }

  /// Clients of this broker; closed with it.
  public Clients clients() {
    if (clients == null) {
      clients = new Clients(bootstrap());
    }
    return clients;
  }

  /// The log directories, each known by its `meta.properties`.
  public List<Path> logDirs() {
    if (directory == null) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(directory, 4)) {
      return files
          .filter(file -> file.getFileName().toString().equals("meta.properties"))
          .map(Path::getParent)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    open();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    close();
  }

  @Override
  public void close() {
    if (node == null) {
      return;
    }
    try {
      if (clients != null) {
        clients.close();
      }
      if (node.isAlive()) {
        node.stop();
        DumpLog.readsEverythingIn(logDirs());
      }
    } finally {
      if (node.isAlive()) {
        node.kill();
      }
      Suite.delete(directory);
      node = null;
      clients = null;
    }
  }

  private Node node() {
    if (node == null) {
      throw new IllegalStateException("not opened");
    }
    return node;
  }
}
