package io.millrace.acceptance.chaos;

import io.millrace.acceptance.harness.Suite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// librdkafka, as `clients/python/chaos.py` in a process of its own. It works until its standard
/// input ends, and what it has printed then is read into the ledgers.
final class PythonClient implements AutoCloseable {
  private static final int END_PATIENCE_S = 150;

  private final Process process;
  private final Path out;
  private final Path err;

  private PythonClient(String... arguments) {
    try {
      out = Files.createTempFile(Suite.scratch(), "python", ".out");
      err = Files.createTempFile(Suite.scratch(), "python", ".err");
      List<String> command = new ArrayList<>();
      command.add("/usr/bin/python3");
      command.add(Suite.basedir().resolve("clients/python/chaos.py").toString());
      command.addAll(List.of(arguments));
      process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("python3 and python3-confluent-kafka are needed", e);
    }
  }

  static PythonClient writer(String bootstrap, String topic, int partitions, String name) {
    return new PythonClient("write", bootstrap, topic, Integer.toString(partitions), name);
  }

  static PythonClient reader(String bootstrap, String topic, String group) {
    return new PythonClient("read", bootstrap, topic, group);
  }

  /// Ends it and returns what happened, each event split into its words.
  List<String[]> finish() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(END_PATIENCE_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError("librdkafka's client failed:\n" + Files.readString(err));
      }
      return Files.readAllLines(out).stream().map(line -> line.split(" ", 4)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// What a writer printed.
  static void writeInto(Ledger ledger, List<String[]> events) {
    for (String[] event : events) {
      int partition = Integer.parseInt(event[1]);
      switch (event[0]) {
        case "s" -> ledger.sent(event[2], partition, Long.parseLong(event[3]));
        case "a" -> ledger.acknowledge(event[2], partition, Long.parseLong(event[3]));
        case "f" -> ledger.fail(event[2], partition, event[3]);
        default -> throw new AssertionError(String.join(" ", event));
      }
    }
  }

  /// The member is alone in its group, so its events are in order.
  static void readInto(GroupLedger group, String name, int partitions, List<String[]> events) {
    long[] positions = new long[partitions];
    for (String[] event : events) {
      int partition = Integer.parseInt(event[1]);
      long offset = Long.parseLong(event[2]);
      switch (event[0]) {
        case "b" -> {
          group.begin(name, partition, offset, group.committed(partition));
          positions[partition] = offset;
        }
        case "r" -> {
          group.deliver(name, partition, positions[partition], offset, event[3]);
          positions[partition] = offset + 1;
        }
        case "c" -> group.commit(partition, offset);
        default -> throw new AssertionError(String.join(" ", event));
      }
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
