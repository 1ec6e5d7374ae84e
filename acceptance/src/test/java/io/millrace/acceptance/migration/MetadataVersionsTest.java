package io.millrace.acceptance.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.DumpLog;
import io.millrace.acceptance.harness.KafkaTool;
import io.millrace.acceptance.harness.Millrace;
import io.millrace.acceptance.harness.NodeInPlace;
import io.millrace.acceptance.harness.NodeInPlace.Software;
import io.millrace.acceptance.harness.OnlyMillrace;
import io.millrace.acceptance.harness.Program;
import io.millrace.acceptance.harness.Suite;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Directories of the metadata versions between the oldest and the newest that Kafka 4.3 knows,
/// with snapshots in the metadata log.
@OnlyMillrace
class MetadataVersionsTest {

  /// The oldest one, in a static quorum as all were then: used by Kafka, then by Millrace, whose
  /// metadata Kafka's own tools read.
  @Test
  void theOldestWithSnapshots() {
    try (NodeInPlace node =
        new NodeInPlace(1)
            .with("metadata.log.max.record.bytes.between.snapshots", "500")
            .formattedByKafkaWithStaticVoter("--release-version", "3.3-IV3")
            .start(Software.KAFKA)) {
      Clients clients = node.clients();
      Filling filling = new Filling(clients);
      filling.one("first");
      filling.group("members", "classic", "first");
      filling.one("second");
      SortedMap<String, List<String>> before = Contents.of(clients);
      node.stop();
      Path metadata = node.logDirs().getFirst().resolve("__cluster_metadata-0");
      assertThat(DumpLog.files(metadata, ".checkpoint")).isNotEmpty();
      assertThat(
              Millrace.command("doctor", node.logDirs().getFirst().toString())
                  .run()
                  .expectSuccess()
                  .out())
          .contains("metadata.version 3.3-IV3", "a start takes every log as it is");

      node.start(Software.MILLRACE);
      Contents.same("MILLRACE", Contents.of(clients), before);
      filling.one("third");
      node.stop();
      DumpLog.readsEverythingIn(node.logDirs());
      List<Path> snapshots = DumpLog.files(metadata, ".checkpoint");
      assertThat(shell(snapshots.getLast(), "cat", "/image/cluster/brokers/1"))
          .contains("incarnationId");
      assertThat(shell(snapshots.getLast(), "ls", "/image/topics/byName")).contains("first");
      assertThat(shell(DumpLog.files(metadata, ".log").getLast(), "ls", "/image"))
          .contains("topics");
    }
  }

  /// Asks Kafka's metadata shell. Seen now and then: it reads the whole file before its own
  /// publisher is installed, and then waits for ever for something to publish. So it is a process
  /// with a deadline, and asked again.
  private static String shell(Path file, String... command) {
    String[] arguments =
        Stream.concat(Stream.of("--snapshot", file.toString()), Stream.of(command))
            .toArray(String[]::new);
    AssertionError last = null;
    for (int attempt = 0; attempt < 5; attempt++) {
      try (Program.Running shell =
          Program.ofJava(Suite.classPath(), "org.apache.kafka.shell.MetadataShell", arguments)
              .start()) {
        return shell.awaitEnd(Duration.ofSeconds(30)).expectSuccess().out();
      } catch (AssertionError e) {
        last = e;
      }
    }
    throw new AssertionError("Kafka's metadata shell cannot read " + file, last);
  }

  /// Formatted by Kafka and first started by Millrace.
  @ParameterizedTest
  @ValueSource(strings = {"3.3-IV3", "3.7-IV4", "4.0-IV3"})
  void neverStarted(String version) {
    try (NodeInPlace node =
        new NodeInPlace(2)
            .formattedByKafkaWithStaticVoter("--release-version", version)
            .start(Software.MILLRACE)) {
      new Filling(node.clients()).one("first");
      assertThat(
              KafkaTool.FEATURES
                  .run("--bootstrap-server", node.bootstrap(), "describe")
                  .expectSuccess()
                  .out())
          .containsPattern("metadata.version\\s.*FinalizedVersionLevel: " + version);
    }
  }
}
