package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.format.LogFiles;
import io.millrace.log.format.OffsetCheckpoint;
import io.millrace.log.inspect.DirectoryInspection;
import io.millrace.log.inspect.DirectoryReport;
import io.millrace.log.inspect.Finding;
import io.millrace.log.inspect.Finding.Severity;
import io.millrace.log.inspect.PartitionReport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the inspection tells of copies that were damaged in one way each, and that it agrees with
/// what recovery then does.
class DirectoryInspectionTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
  private static final Uuid TOPIC = new Uuid(3, 4);

  @TempDir Path data = Path.of("");
  private LogFixture on = new LogFixture(Path.of(""));
  private long end;

  /// A log of 60 batches in several segments, closed cleanly.
  @BeforeEach
  void writeAndClose() throws IOException {
    on = new LogFixture(data).with("index.interval.bytes", 300).with("segment.bytes", 4000);
    on.open(LogOpenState.unknown(TOPIC));
    for (int i = 0; i < 60; i++) {
      on.appended(Batches.batch().at(StagedWorld.START_MS + i).by(7, 0, i * 3).values(20).of(3));
    }
    end = on.log().logEndOffset();
    on.log().close();
    OffsetCheckpoint.write(
        on.world.disk(), data.resolve(OffsetCheckpoint.RECOVERY_POINTS), Map.of(ORDERS, end));
    CleanShutdown.mark(on.world.disk(), data, 9);
  }

  @AfterEach
  void close() {
    on.close();
  }

  @Test
  void aCleanLogIsTakenAsItIs() throws IOException {
    Map<String, Long> before = files();
    DirectoryReport report = inspect();

    assertThat(report.lastStop()).isEqualTo(LastStop.CLEAN);
    assertThat(report.brokerEpoch()).isEqualTo(9);
    assertThat(findings(report)).isEmpty();
    assertThat(report.partitions())
        .singleElement()
        .satisfies(partition -> {
          assertThat(partition.partition()).isEqualTo(ORDERS);
          assertThat(partition.topicId()).isEqualTo(TOPIC);
          assertThat(partition.logStartOffset()).isZero();
          assertThat(partition.logEndOffset()).isEqualTo(end);
          assertThat(partition.segments()).isGreaterThan(2);
          assertThat(partition.walkedBytes()).isZero();
        });
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void withoutTheMarkerWhatWasNotFlushedIsWalked() throws IOException {
    Files.delete(data.resolve(".kafka_cleanshutdown"));
    OffsetCheckpoint.write(
        on.world.disk(), data.resolve(OffsetCheckpoint.RECOVERY_POINTS), Map.of(ORDERS, end / 2));

    PartitionReport partition = inspect().partitions().getFirst();

    assertThat(partition.findings()).isEmpty();
    assertThat(partition.walkedBytes()).isBetween(1L, partition.sizeBytes() - 1);
  }

  @Test
  void aTornTailIsMendedByTheStart() throws IOException {
    Path last = segments().getLast();
    cut(last, Files.size(last) - 5);

    DirectoryReport report = inspect();

    assertThat(findings(report)).singleElement().has(severity(Severity.MENDED));
    assertThat(report.partitions().getFirst().logEndOffset()).isEqualTo(end - 3);
    assertThat(report.partitions().getFirst().walkedBytes()).isPositive();
  }

  @Test
  void aFlippedBitIsDamage() throws IOException {
    flip(segments().get(1), 500);

    assertThat(findings(inspect()))
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
          assertThat(finding.path()).isEqualTo(segments().get(1));
        });
  }

  @Test
  void aFlippedBitOfTheLastBatchThatWasFlushedIsNoTornTail() throws IOException {
    flip(segments().getLast(), (int) Files.size(segments().getLast()) - 5);

    assertThat(findings(inspect())).singleElement().has(severity(Severity.DAMAGE));
    PartitionLog recovered = on.open(new LogOpenState(0, end, LastStop.KILLED, TOPIC));
    assertThat(recovered.damage()).hasSize(1);
    assertThat(recovered.logEndOffset()).isEqualTo(end);
    recovered.abandon();
  }

  @Test
  void anIndexThatDoesNotFitIsNamed() throws IOException {
    Path index = sibling(segments().getFirst(), LogFiles.OFFSET_INDEX);
    flip(index, 7);
    assertThat(findings(inspect()))
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
          assertThat(finding.path()).isEqualTo(index);
        });

    Files.delete(index);
    assertThat(findings(inspect())).singleElement().has(severity(Severity.MENDED));
  }

  @Test
  void theRoomThatKafkaReservesInAnIndexIsNoTrouble() throws IOException {
    for (String suffix : List.of(LogFiles.OFFSET_INDEX, LogFiles.TIME_INDEX)) {
      Path index = sibling(segments().getLast(), suffix);
      cut(index, Files.size(index) + 10 * 24);
    }

    assertThat(findings(inspect())).isEmpty();
  }

  @Test
  void aTimeIndexThatGoesBackIsNamed() throws IOException {
    Path index = sibling(segments().getFirst(), LogFiles.TIME_INDEX);
    flip(index, 3);

    assertThat(findings(inspect())).singleElement().has(severity(Severity.DAMAGE));
  }

  @Test
  void smallFilesThatCannotBeReadAreMended() throws IOException {
    for (String name : List.of(LogFiles.LEADER_EPOCHS, LogFiles.PARTITION_METADATA)) {
      Files.writeString(on.dir.resolve(name), "nonsense");
    }
    Files.writeString(data.resolve(OffsetCheckpoint.LOG_START_OFFSETS), "7\nnonsense");
    List<Path> snapshots = named(LogFiles.SNAPSHOT);
    flip(snapshots.getLast(), 8);

    assertThat(findings(inspect())).hasSize(4).are(severity(Severity.MENDED));
  }

  @Test
  void foldersThatAreNoLogsAreExplained() throws IOException {
    for (String name :
        List.of(
            "gone-1.0123456789abcdef-delete",
            "moved-2.0123456789abcdef-future",
            "odd-0.0123456789abcdef-stray",
            "lost+found")) {
      Files.createDirectory(data.resolve(name));
    }
    Files.createFile(on.dir.resolve("00000000000000000003.log.deleted"));

    assertThat(findings(inspect()))
        .hasSize(5)
        .are(severity(Severity.NOTE))
        .extracting(Finding::what)
        .anyMatch(what -> what.contains("deleted topic"))
        .anyMatch(what -> what.contains("move between directories"))
        .anyMatch(what -> what.contains("set aside"))
        .anyMatch(what -> what.contains("not the folder of a partition"))
        .anyMatch(what -> what.contains("leftover"));
  }

  @Test
  void recordsThatConsumersHaveSeenAreMissed() throws IOException {
    OffsetCheckpoint.write(
        on.world.disk(), data.resolve(OffsetCheckpoint.HIGH_WATERMARKS), Map.of(ORDERS, end + 4));

    assertThat(findings(inspect()))
        .singleElement()
        .has(severity(Severity.DAMAGE))
        .extracting(Finding::what)
        .asString()
        .contains("up to " + (end + 4));
  }

  /// Bytes flipped or cut off anywhere in a log that was not closed: the end and the damage that
  /// the inspection tells are those that recovery finds.
  @Test
  void agreesWithRecovery() throws IOException {
    Random random = new Random(5);
    Files.delete(data.resolve(".kafka_cleanshutdown"));
    OffsetCheckpoint.write(
        on.world.disk(), data.resolve(OffsetCheckpoint.RECOVERY_POINTS), Map.of(ORDERS, 0L));
    List<Path> whole = segments();
    for (int round = 0; round < 25; round++) {
      Map<Path, byte[]> kept = new TreeMap<>();
      for (Path file : named("")) {
        kept.put(file, Files.readAllBytes(file));
      }
      Path victim = whole.get(random.nextInt(whole.size()));
      if (random.nextBoolean()) {
        // Behind offset and length, which decide differently whether what follows can be found.
        flip(victim, 17 + random.nextInt((int) Files.size(victim) - 17));
      } else {
        victim = whole.getLast();
        cut(victim, random.nextInt((int) Files.size(victim)));
      }
      DirectoryReport report = inspect();
      PartitionReport told = report.partitions().getFirst();
      boolean damage = findings(report).stream().anyMatch(it -> it.severity() == Severity.DAMAGE);

      PartitionLog recovered = on.open(LogOpenState.unknown(TOPIC));

      if (damage) {
        assertThat(recovered.firstDamage() != null || recovered.logEndOffset() < end)
            .as("round %d: recovery reports or cuts", round)
            .isTrue();
      } else {
        assertThat(recovered.firstDamage()).as("round %d", round).isNull();
        assertThat(recovered.logEndOffset()).as("round %d", round).isEqualTo(told.logEndOffset());
      }
      recovered.abandon();
      for (Path file : named("")) {
        Files.delete(file);
      }
      kept.forEach(DirectoryInspectionTest::write);
    }
  }

  private static void write(Path file, byte[] content) {
    try {
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private DirectoryReport inspect() throws IOException {
    return DirectoryInspection.of(on.world.disk(), data, _ -> {});
  }

  private static List<Finding> findings(DirectoryReport report) {
    return Stream.concat(
            report.findings().stream(),
            report.partitions().stream().flatMap(partition -> partition.findings().stream()))
        .toList();
  }

  private static Condition<Finding> severity(Severity severity) {
    return new Condition<>(finding -> finding.severity() == severity, "%s", severity);
  }

  private List<Path> segments() throws IOException {
    return named(LogFiles.LOG);
  }

  private List<Path> named(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(on.dir)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  private static Path sibling(Path segment, String suffix) {
    String name = segment.getFileName().toString();
    return segment.resolveSibling(name.replace(LogFiles.LOG, suffix));
  }

  private static void flip(Path file, int position) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(position);
      int before = open.read();
      open.seek(position);
      open.write(before ^ 0x10);
    }
  }

  private static void cut(Path file, long size) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(size);
    }
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
