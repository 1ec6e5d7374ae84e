package io.millrace.benchmark.broker;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The jars of Apache Kafka's broker, in a directory: given, or fetched once from Maven Central
/// with the machine's own Maven.
///
/// @param directory where the jars lie
/// @param version Kafka's version
public record KafkaLibrary(Path directory, String version) {
  private static final String COPY =
      "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
  private static final String MAVEN = "mvn";
  private static final String CORE_JAR = "kafka_2.13-";

  /// Jars that somebody has already, such as the `libs` directory of a distribution.
  public static KafkaLibrary in(Path directory) throws IOException {
    try (DirectoryStream<Path> cores = Files.newDirectoryStream(directory, CORE_JAR + "*.jar")) {
      for (Path core : cores) {
        String file = core.getFileName().toString();
        if (!file.contains("sources")) {
          String version = file.substring(CORE_JAR.length(), file.length() - ".jar".length());
          return new KafkaLibrary(directory, version);
        }
      }
    }
    throw new IOException(
        directory + " holds no " + CORE_JAR + "*.jar: give the libs directory of Apache Kafka");
  }

  /// The jars of `version` below `cache`, fetched by `mvn` where they are not there yet. They get
  /// their final name when all of them have arrived.
  public static KafkaLibrary fetched(String version, Path cache) throws IOException {
    Path directory = cache.resolve("kafka-" + version);
    if (Files.exists(directory)) {
      return in(directory);
    }
    System.err.printf(
        "bench: fetching Apache Kafka %s with Maven into %s, once%n", version, directory);
    Files.createDirectories(cache);
    Path pom = Files.createTempFile("kafka-", ".pom.xml");
    Path arriving = cache.resolve("kafka-" + version + ".part");
    try {
      Files.writeString(pom, Template.of("kafka-pom.xml", Map.of("version", version)));
      Command.run(
          List.of(
              MAVEN,
              "-B",
              "-q",
              "-f",
              pom.toString(),
              COPY,
              "-DincludeScope=runtime",
              "-DoutputDirectory=" + arriving),
          cache);
      Files.move(arriving, directory);
    } catch (IOException e) {
      throw new IOException(
          "Apache Kafka "
              + version
              + " was not fetched; --kafka-lib DIR takes jars that are there already, such as the"
              + " libs directory of a distribution of Kafka. "
              + e.getMessage(),
          e);
    } finally {
      Files.delete(pom);
    }
    return in(directory);
  }

  /// The class path of all jars.
  String classPath() {
    return directory.resolve("*").toString();
  }
}
