package io.millrace.acceptance.harness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A Millrace node as a user starts it: `millrace cluster start --nodes 1 --dir DIR --json`, the
/// launcher script of the checkout unless `millrace.command` names another one.
final class MillraceNode implements Node {
  private final Path directory;
  private String bootstrap = "";
  private Optional<ProcessHandle> process = Optional.empty();

  MillraceNode(Path directory) {
    this.directory = directory;
  }

  @Override
  public void start(Map<String, String> settings) {
    List<String> arguments =
        new ArrayList<>(
            List.of("cluster", "start", "--nodes", "1", "--dir", directory.toString(), "--json"));
    settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    Program.Ended started = command(arguments).expectSuccess();
    List<String> lines = started.lines();
    if (lines.size() != 1) {
      throw new AssertionError(
          "exactly one line of JSON expected on stdout, got:\n" + started.out());
    }
    try {
      JsonNode cluster = new ObjectMapper().readTree(lines.getFirst());
      bootstrap = cluster.path("bootstrap").asText();
      process = ProcessHandle.of(cluster.path("nodes").path(0).path("pid").asLong());
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + lines.getFirst(), e);
    }
    if (bootstrap.isEmpty() || process.isEmpty()) {
      throw new AssertionError(
          "bootstrap or the pid of a running process is missing in " + started.out());
    }
  }

  @Override
  public void stop() {
    command(List.of("cluster", "stop", "--dir", directory.toString())).expectSuccess();
    awaitGone();
  }

  @Override
  public void kill() {
    process.ifPresent(ProcessHandle::destroyForcibly);
    awaitGone();
  }

  @Override
  public boolean isAlive() {
    return process.map(ProcessHandle::isAlive).orElse(false);
  }

  @Override
  public String bootstrap() {
    return bootstrap;
  }

  @Override
  public List<Path> logs() {
    try (Stream<Path> files = Files.walk(directory, 2)) {
      return files.filter(file -> file.toString().matches(".*\\.(out|err|log)")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitGone() {
    Await.untilTrue("the node's process is gone", () -> !isAlive());
  }

  private static Program.Ended command(List<String> arguments) {
    return Millrace.command(arguments.toArray(String[]::new)).run();
  }
}
