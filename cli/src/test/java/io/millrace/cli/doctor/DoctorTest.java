package io.millrace.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.cli.CommandRun;
import io.millrace.cli.ExitCode;
import io.millrace.server.FormatOptions;
import io.millrace.server.Node;
import io.millrace.server.NodeStartException;
import io.millrace.server.config.InvalidConfiguration;
import io.millrace.server.config.NodeConfig;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The doctor before a real node's directory and damaged copies of it.
class DoctorTest {

  @TempDir static Path places = Path.of("");
  private static Path origin = Path.of("");
  private static int copies;

  private Path data = Path.of("");

  /// A node that was stopped cleanly, with two topics of which one has records.
  @BeforeAll
  static void runANode()
      throws InvalidConfiguration, NodeStartException, InterruptedException, ExecutionException {
    origin = places.resolve("origin");
    Node node = start(origin);
    try (Node running = node) {
      assertThat(running.awaitReady()).isTrue();
      assertThat(CommandRun.of("doctor", origin.toString()))
          .satisfies(run -> {
            assertThat(run.status()).isEqualTo(ExitCode.FAILED);
            assertThat(run.err()).contains("in use by a running node");
          });
      Integer port = running.ports().get(ListenerName.normalised("PLAINTEXT"));
      Map<String, Object> client = Map.of("bootstrap.servers", "127.0.0.1:" + port);
      try (Admin admin = Admin.create(client);
          Producer<String, String> producer =
              new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
        admin
            .createTopics(
                List.of(new NewTopic("flights", 2, (short) 1), new NewTopic("empty", 1, (short) 1)))
            .all()
            .get();
        for (int i = 0; i < 20; i++) {
          producer.send(new ProducerRecord<>("flights", 1, "key", "value " + i)).get();
        }
      }
    }
  }

  private static Node start(Path directory) throws InvalidConfiguration, NodeStartException {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", "1");
    properties.put("listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0");
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("log.dirs", directory.toString());
    return Node.start(
        NodeConfig.parse(properties, Map.of(), _ -> OptionalInt.empty()), FormatOptions.NONE);
  }

  @BeforeEach
  void copy() throws IOException {
    data = places.resolve("copy-" + ++copies);
    try (Stream<Path> files = Files.walk(origin)) {
      for (Path file : files.toList()) {
        Files.copy(file, data.resolve(origin.relativize(file).toString()));
      }
    }
  }

  @Test
  void tellsAPersonWhatIsThere() {
    CommandRun run = CommandRun.of("doctor", "--partitions", data.toString());

    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains(
            "metadata.version 4.3-IV0",
            "voters [1]",
            "node 1",
            "cleanly, by broker epoch",
            "3 partitions of 2 topics",
            "flights-1",
            "offsets 0 to 20",
            "a start takes every log as it is")
        .doesNotContain("DAMAGE", "mended");
  }

  @Test
  void tellsAProgramTheSame() throws IOException {
    JsonNode json = json(0);

    assertThat(json.path("sound").asBoolean()).isTrue();
    assertThat(json.path("findings")).isEmpty();
    assertThat(json.path("features").path("metadata.version").asInt()).isGreaterThan(20);
    assertThat(json.path("start").path("walked_logs").asInt(-1)).isZero();
    JsonNode directory = json.path("directories").path(0);
    assertThat(directory.path("clean").asBoolean()).isTrue();
    assertThat(directory.path("node_id").asInt()).isEqualTo(1);
    assertThat(directory.path("partitions"))
        .filteredOn(
            it -> it.path("topic").asText().equals("flights") && it.path("partition").asInt() == 1)
        .singleElement()
        .satisfies(it -> assertThat(it.path("log_end_offset").asLong()).isEqualTo(20));
  }

  @Test
  void writesNothing() throws IOException {
    Map<String, Long> before = files();
    json(0);
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void aKilledNodesLogsAreWalkedByTheirHeaders() throws IOException {
    Files.delete(data.resolve(".kafka_cleanshutdown"));

    CommandRun run = CommandRun.of("doctor", data.toString());

    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("this machine has run on since", "a start walks the headers of");
    assertThat(json(0).path("start").path("headers_only").asBoolean()).isTrue();
  }

  @Test
  void afterAnotherBootLogsAreWalkedWithTheirChecksums() throws IOException {
    Files.delete(data.resolve(".kafka_cleanshutdown"));
    Files.writeString(data.resolve(".millrace_boot"), "boot.id=another\n");

    CommandRun run = CommandRun.of("doctor", data.toString());

    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("not cleanly", "a start walks")
        .doesNotContain("headers", "has run on since");
    assertThat(json(0).path("start").path("headers_only").asBoolean(true)).isFalse();
  }

  @Test
  void whatKafkaLeftOpenIsWalkedWithItsChecksums() throws IOException {
    Files.delete(data.resolve(".kafka_cleanshutdown"));
    Path index = data.resolve("flights-1/00000000000000000000.timeindex");
    Files.write(index, new byte[120], StandardOpenOption.CREATE, StandardOpenOption.APPEND);

    assertThat(json(0).path("start").path("headers_only").asBoolean(true)).isFalse();
  }

  @Test
  void theVoteIsShownAndABrokenOneIsDamage() throws IOException {
    assertThat(CommandRun.of("doctor", data.toString()).out()).contains("vote", "leader 1");
    assertThat(json(0).path("vote").path("leader").asInt()).isEqualTo(1);

    Path vote = data.resolve("__cluster_metadata-0/quorum-state");
    Files.writeString(vote, "{\"leaderId\":\"nobody\",\"data_version\":1}");

    assertThat(json(ExitCode.FAILED).path("findings").toString())
        .contains(vote.toString(), "cannot read the vote", "only voter");
  }

  @Test
  void damageIsNamedAndFails() throws IOException {
    Path segment = data.resolve("flights-1/00000000000000000000.log");
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.seek(40);
      file.write(0x55);
    }

    assertThat(json(ExitCode.FAILED).path("findings").toString())
        .contains(segment.toString(), "no whole batch at position 0");
  }

  @Test
  void foldersThatTheMetadataDoesNotKnowAreStrays() throws IOException {
    Files.move(data.resolve("empty-0"), data.resolve("unknown-0"));
    Files.move(data.resolve("flights-0"), data.resolve("flights-7"));

    assertThat(json(0).path("findings").toString())
        .contains("topic that the metadata does not know", "not assigned to this directory")
        .contains("empty-0", "is not there although the metadata places it on this node");
  }

  @Test
  void whatAStartRefusesIsSaidInItsWords() throws IOException {
    Path meta = data.resolve("meta.properties");
    Files.writeString(meta, Files.readString(meta).replace("version=1", "version=0"));

    CommandRun run = CommandRun.of("doctor", data.toString());

    assertThat(run.status()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out()).contains("would be REFUSED", "ZooKeeper");
  }

  @Test
  void aMetadataLogThatIsGoneIsNoticed() throws IOException {
    Path meta = data.resolve("meta.properties");
    Files.delete(meta);

    assertThat(CommandRun.of("doctor", data.toString()))
        .satisfies(run -> {
          assertThat(run.status()).isEqualTo(ExitCode.FAILED);
          assertThat(run.out()).contains("no meta.properties", "not formatted");
        });
  }

  @Test
  void aFileIsNoDirectory() {
    assertThat(CommandRun.of("doctor", data.resolve("meta.properties").toString()).status())
        .isEqualTo(ExitCode.USAGE);
  }

  private JsonNode json(int status) throws IOException {
    CommandRun run = CommandRun.of("doctor", "--json", data.toString());
    assertThat(run.status()).as(run.out() + run.err()).isEqualTo(status);
    assertThat(run.out().lines()).hasSize(1);
    return new ObjectMapper().readTree(run.out());
  }

  private Map<String, Long> files() throws IOException {
    Map<String, Long> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.toList()) {
        found.put(file.toString(), Files.getLastModifiedTime(file).toMillis());
      }
    }
    return found;
  }
}
