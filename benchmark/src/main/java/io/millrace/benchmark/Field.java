package io.millrace.benchmark;

import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.broker.KafkaBroker;
import io.millrace.benchmark.broker.KafkaLibrary;
import io.millrace.benchmark.broker.MillraceBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The brokers that compete, and the directory in which their data lie while they do.
final class Field implements AutoCloseable {
  private static final String NONE = "none";
  private static final String KAFKA = "kafka";

  private final Path directory;
  private final List<BrokerUnderTest> brokers = new ArrayList<>();

  private Field(Path directory) {
    this.directory = directory;
  }

  /// Configures and formats every broker that the options name.
  static Field prepare(Options options) throws IOException {
    Path parent = options.dir == null ? Path.of(System.getProperty("java.io.tmpdir")) : options.dir;
    Files.createDirectories(parent);
    Field field = new Field(Files.createTempDirectory(parent.toAbsolutePath(), "millrace-bench-"));
    try {
      if (!options.millrace.equals(NONE)) {
        field.add(millrace("millrace", options.millrace, options, field));
      }
      if (options.against.equals(KAFKA)) {
        field.add(KafkaBroker.prepare(library(options), field.home(KAFKA), options.jvmOptions));
      } else if (!options.against.equals(NONE)) {
        field.add(millrace("other", options.against, options, field));
      }
      return field;
    } catch (IOException | RuntimeException e) {
      field.close();
      throw e;
    }
  }

  List<BrokerUnderTest> brokers() {
    return List.copyOf(brokers);
  }

  Path directory() {
    return directory;
  }

  private static BrokerUnderTest millrace(String name, String command, Options options, Field field)
      throws IOException {
    System.err.println("bench: preparing " + command);
    return MillraceBroker.prepare(name, Path.of(command), field.home(name), options.jvmOptions);
  }

  private static KafkaLibrary library(Options options) throws IOException {
    if (options.kafkaLib != null) {
      return KafkaLibrary.in(options.kafkaLib.toAbsolutePath());
    }
    System.err.println("bench: preparing Apache Kafka " + options.kafkaVersion);
    Path cache = Path.of(System.getProperty("user.home"), ".cache", "millrace");
    return KafkaLibrary.fetched(options.kafkaVersion, cache);
  }

  private Path home(String name) throws IOException {
    return Files.createDirectories(directory.resolve(name));
  }

  private void add(BrokerUnderTest broker) {
    brokers.add(broker);
  }

  @Override
  public void close() throws IOException {
    for (BrokerUnderTest broker : brokers) {
      broker.close();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(file -> {
            try {
              Files.deleteIfExists(file);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
