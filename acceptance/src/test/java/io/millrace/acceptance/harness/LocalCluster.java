package io.millrace.acceptance.harness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Three nodes as a user starts them, by `millrace cluster start --nodes 3`. Registered as an
/// extension in a static field, they run for the tests of a class, and their directory goes with
/// them.
public final class LocalCluster implements BeforeAllCallback, AfterAllCallback {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final List<String> settings;
  private String bootstrap = "";
  private List<JsonNode> nodes = List.of();

  /// @param directory for the nodes; none is there yet
  /// @param settings `key=value` of every node; `{id}` is the node's id
  public LocalCluster(Path directory, String... settings) {
    this.directory = directory;
    this.settings = List.of(settings);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    List<String> words =
        new ArrayList<>(
            List.of("cluster", "start", "--nodes", "3", "--dir", directory.toString(), "--json"));
    settings.forEach(setting -> words.addAll(List.of("--set", setting)));
    Program.Ended started = Millrace.command(words.toArray(String[]::new)).run();
    JsonNode told = parse(started.expectSuccess().out());
    bootstrap = told.path("bootstrap").asText();
    List<JsonNode> each = new ArrayList<>();
    told.path("nodes").forEach(each::add);
    nodes = List.copyOf(each);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Millrace.command("cluster", "stop", "--dir", directory.toString(), "--wipe").run();
    Suite.delete(directory);
  }

  /// Where the nodes have their directories and output.
  public Path directory() {
    return directory;
  }

  public String bootstrap() {
    return bootstrap;
  }

  /// What `cluster start --json` says of each: its id, ports, pid and directory.
  public List<JsonNode> nodes() {
    return nodes;
  }

  /// The output of a command that succeeds on this cluster.
  public String millrace(String... words) {
    return run(words).expectSuccess().out();
  }

  /// What a command with `--json` says.
  public JsonNode json(String... words) {
    String[] all = Arrays.copyOf(words, words.length + 1);
    all[words.length] = "--json";
    return parse(millrace(all));
  }

  /// The same where it prints an object a line.
  public List<JsonNode> jsonLines(String... words) {
    String[] all = Arrays.copyOf(words, words.length + 1);
    all[words.length] = "--json";
    return millrace(all).lines().map(LocalCluster::parse).toList();
  }

  /// A command on this cluster, whatever comes of it.
  public Program.Ended run(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("-b", bootstrap, "--timeout", "60"));
    return Millrace.command(all.toArray(String[]::new)).run();
  }

  /// The first partition of a topic, as `topic describe` shows it.
  public JsonNode partition(String topic) {
    return json("topic", "describe", topic, "--no-offsets").path("partitions").path(0);
  }

  private static JsonNode parse(String out) {
    try {
      return JSON.readTree(out);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + out, e);
    }
  }
}
