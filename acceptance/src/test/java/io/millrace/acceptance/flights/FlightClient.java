package io.millrace.acceptance.flights;

import io.millrace.acceptance.harness.Program;
import io.millrace.acceptance.harness.Suite;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The clients that carry the flights, each a real program.
enum FlightClient {
  KCAT {
    @Override
    void write(String bootstrap, String topic, Path lines) {
      kcat(
              "-P",
              "-b",
              bootstrap,
              "-t",
              topic,
              "-K",
              "\t",
              "-z",
              "snappy",
              "-X",
              "acks=all",
              "-l",
              lines.toString())
          .run()
          .expectSuccess();
    }

    @Override
    List<Flights.Read> read(String bootstrap, String topic, String group) {
      Program.Ended ended =
          kcat(
                  "-b",
                  bootstrap,
                  "-G",
                  group,
                  "-q",
                  "-e",
                  "-X",
                  "auto.offset.reset=earliest",
                  "-f",
                  "%p\\t%o\\t%k\\t%s\\n",
                  topic)
              .run()
              .expectSuccess();
      return Flights.parse(ended.lines());
    }

    private Program kcat(String... arguments) {
      return Program.ofSystem("kcat", "kcat", arguments);
    }
  },

  JAVA_CLIENT {
    @Override
    void write(String bootstrap, String topic, Path lines) {
      javaFlights(Suite.classPath(), "write", bootstrap, topic, lines.toString(), "zstd");
    }

    @Override
    List<Flights.Read> read(String bootstrap, String topic, String group) {
      return readLines(file ->
          javaFlights(
              Suite.classPath(),
              "read",
              bootstrap,
              topic,
              group,
              COUNT,
              file.toString(),
              "group.protocol=classic"));
    }
  },

  JAVA_CLIENT_WITH_THE_CONSUMER_PROTOCOL {
    @Override
    void write(String bootstrap, String topic, Path lines) {
      javaFlights(Suite.classPath(), "write", bootstrap, topic, lines.toString(), "none");
    }

    @Override
    List<Flights.Read> read(String bootstrap, String topic, String group) {
      return readLines(file ->
          javaFlights(
              Suite.classPath(),
              "read",
              bootstrap,
              topic,
              group,
              COUNT,
              file.toString(),
              "group.protocol=consumer"));
    }
  },

  JAVA_CLIENT_3_9 {
    @Override
    void write(String bootstrap, String topic, Path lines) {
      javaFlights(oldClients("3.9"), "write", bootstrap, topic, lines.toString(), "lz4");
    }

    @Override
    List<Flights.Read> read(String bootstrap, String topic, String group) {
      return readLines(file ->
          javaFlights(oldClients("3.9"), "read", bootstrap, topic, group, COUNT, file.toString()));
    }
  },

  JAVA_CLIENT_2_8 {
    @Override
    void write(String bootstrap, String topic, Path lines) {
      javaFlights(oldClients("2.8"), "write", bootstrap, topic, lines.toString(), "gzip");
    }

    @Override
    List<Flights.Read> read(String bootstrap, String topic, String group) {
      return readLines(file ->
          javaFlights(oldClients("2.8"), "read", bootstrap, topic, group, COUNT, file.toString()));
    }
  },

  CONSOLE_TOOLS {
    @Override
    void write(String bootstrap, String topic, Path lines) {
      Program.ofJava(
              Suite.classPath(),
              "org.apache.kafka.tools.ConsoleProducer",
              "--bootstrap-server",
              bootstrap,
              "--topic",
              topic,
              "--reader-property",
              "parse.key=true",
              "--compression-codec",
              "zstd")
          .reading(lines)
          .run()
          .expectSuccess();
    }

    @Override
    List<Flights.Read> read(String bootstrap, String topic, String group) {
      Program.Ended ended =
          Program.ofJava(
                  Suite.classPath(),
                  "org.apache.kafka.tools.consumer.ConsoleConsumer",
                  "--bootstrap-server",
                  bootstrap,
                  "--topic",
                  topic,
                  "--group",
                  group,
                  "--from-beginning",
                  "--max-messages",
                  COUNT,
                  "--timeout-ms",
                  "60000",
                  "--formatter-property",
                  "print.partition=true",
                  "--formatter-property",
                  "print.offset=true",
                  "--formatter-property",
                  "print.key=true")
              .run()
              .expectSuccess();
      return Flights.parse(
          ended.lines().stream()
              .map(line -> line.replaceFirst("^Partition:(\\d+)\tOffset:(\\d+)\t", "$1\t$2\t"))
              .toList());
    }
  },

  KAFKAJS {
    @Override
    void write(String bootstrap, String topic, Path lines) {
      node("write", bootstrap, topic, lines.toString());
    }

    @Override
    List<Flights.Read> read(String bootstrap, String topic, String group) {
      return readLines(file -> node("read", bootstrap, topic, group, COUNT, file.toString()));
    }

    private void node(String... arguments) {
      Path home = Suite.basedir().resolve("clients/kafkajs");
      if (!Files.exists(home.resolve("node_modules/kafkajs/package.json"))) {
        throw new AssertionError("the npm package 'kafkajs' is missing: run 'npm ci' in " + home);
      }
      List<String> all = new ArrayList<>(List.of("flights.js"));
      all.addAll(List.of(arguments));
      Program.ofSystem("node", "nodejs", all.toArray(String[]::new)).in(home).run().expectSuccess();
    }
  },

  PYTHON {
    @Override
    void write(String bootstrap, String topic, Path lines) {
      python("write", bootstrap, topic, lines.toString());
    }

    @Override
    List<Flights.Read> read(String bootstrap, String topic, String group) {
      return readLines(file -> python("read", bootstrap, topic, group, COUNT, file.toString()));
    }

    private void python(String... arguments) {
      if (Program.ofSystem("/usr/bin/python3", "python3", "-c", "import confluent_kafka")
              .run()
              .exitCode()
          != 0) {
        throw new AssertionError(
            "the Python module 'confluent_kafka' is missing: install the package"
                + " 'python3-confluent-kafka'");
      }
      List<String> all =
          new ArrayList<>(List.of(Suite.basedir().resolve("clients/python/flights.py").toString()));
      all.addAll(List.of(arguments));
      Program.ofSystem("/usr/bin/python3", "python3", all.toArray(String[]::new))
          .run()
          .expectSuccess();
    }
  };

  private static final String COUNT = Integer.toString(Flights.COUNT);

  /// Writes the lines `key TAB value` of a file, waits until all are acknowledged.
  abstract void write(String bootstrap, String topic, Path lines);

  /// Reads all flights as a member of a group and commits.
  abstract List<Flights.Read> read(String bootstrap, String topic, String group);

  private static void javaFlights(String classPath, String... arguments) {
    Program.ofJava(classPath, "io.millrace.acceptance.programs.JavaFlights", arguments)
        .run()
        .expectSuccess();
  }

  /// The program's classes, and the jars that the build copied for one release line of the old
  /// clients.
  private static String oldClients(String releaseLine) {
    Path home = Suite.target().resolve("clients");
    try (Stream<Path> releases = Files.list(home)) {
      Path jars =
          releases
              .filter(release -> release.getFileName().toString().startsWith(releaseLine + "."))
              .findFirst()
              .orElseThrow(
                  () -> new AssertionError("no Kafka clients " + releaseLine + " in " + home));
      return Suite.target().resolve("test-classes") + File.pathSeparator + jars.resolve("*");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Reading {
    void into(Path file);
  }

  private static List<Flights.Read> readLines(Reading reading) {
    Path directory = Suite.scratchDirectory("read");
    try {
      Path file = directory.resolve("read.tsv");
      reading.into(file);
      return Flights.parse(Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Suite.delete(directory);
    }
  }
}
