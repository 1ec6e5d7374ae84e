package io.millrace.log;

import static io.millrace.log.Batches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The everyday life of a log.
class PartitionLogTest {

  @TempDir Path temp;
  private LogFixture on;

  @BeforeEach
  void open() {
    on = new LogFixture(temp);
  }

  @AfterEach
  void close() {
    on.close();
  }

  @Test
  void givesOffsetsInOrderAndReadsThemBack() {
    assertThat(on.appended(batch().of(3)).firstOffset()).isEqualTo(0);
    assertThat(on.appended(batch().compressed(Compression.gzip().build()).of(2)).lastOffset())
        .isEqualTo(4);

    assertThat(on.readAll(0)).extracting(Record::offset).containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(on.log().latestEpoch()).isEqualTo(3);
  }

  @Test
  void isTheSameAfterARestart() {
    for (int i = 0; i < 50; i++) {
      on.append(batch().values(500).by(9, 0, i * 4).of(4));
    }
    List<Record> before = on.readAll(0);

    on.restart();

    assertThat(on.log().logEndOffset()).isEqualTo(200);
    assertThat(on.readAll(0)).isEqualTo(before);
    assertThat(on.reports.rebuilt).isEmpty();
    assertThat(on.appended(batch().by(9, 0, 200).of(1)).firstOffset()).isEqualTo(200);
  }

  @Test
  void isTheSameAfterACrash() {
    for (int i = 0; i < 50; i++) {
      on.append(batch().values(500).by(9, 0, i * 4).of(4));
      if (i == 30) {
        on.flush(true);
      }
    }
    List<Record> before = on.readAll(0);

    on.crash();

    assertThat(on.readAll(0)).isEqualTo(before);
    assertThat(on.append(batch().by(9, 0, 196).of(4))).isInstanceOf(AppendOutcome.Duplicate.class);
  }

  @Test
  void aQuietLogHoldsOneFileOpen() throws IOException {
    on.log();
    assertThat(openFiles()).hasSizeLessThanOrEqualTo(1);
    on.append(batch().of(3));
    on.crash();
    assertThat(openFiles()).hasSizeLessThanOrEqualTo(1);
    on.append(batch().of(3));
    assertThat(on.readAll(0)).hasSize(6);
    on.flush(true);
    assertThat(openFiles()).as("after a flush of log and indexes").hasSizeLessThanOrEqualTo(1);
  }

  /// Those of the log, by what the kernel says (Linux). One that is written may be open twice.
  private Set<Path> openFiles() throws IOException {
    Set<Path> found = new LinkedHashSet<>();
    Path own = Path.of("/proc/self/fd");
    if (Files.isDirectory(own)) {
      try (Stream<Path> descriptors = Files.list(own)) {
        for (Path descriptor : descriptors.toList()) {
          Path file = Files.readSymbolicLink(descriptor);
          if (file.startsWith(on.dir.toRealPath())) {
            found.add(file);
          }
        }
      }
    }
    return found;
  }

  @Test
  void readsFromAnyOffsetAcrossSegments() {
    on.with("segment.bytes", 4000).with("index.interval.bytes", 500);
    for (int i = 0; i < 100; i++) {
      on.append(batch().values(100).of(3));
    }
    assertThat(on.log().segmentCount()).isGreaterThan(10);

    for (int restarted = 0; restarted < 2; restarted++) {
      for (long offset = 0; offset < 300; offset++) {
        assertThat(on.readAll(offset).getFirst().offset()).isEqualTo(offset);
      }
      on.restart();
    }
  }

  @Test
  void readsUpToTheBoundOnly() {
    for (int i = 0; i < 10; i++) {
      on.append(batch().of(2));
    }
    LogRead.Data data = (LogRead.Data) on.log().read(4, 1 << 20, 8, true);

    assertThat(LogFixture.records(data).records())
        .extracting(Record::offset)
        .containsExactly(4L, 5L, 6L, 7L);
    assertThat(on.log().read(8, 1 << 20, 8, true)).isInstanceOf(LogRead.Empty.class);
    assertThat(on.log().read(20, 1 << 20, 20, true)).isInstanceOf(LogRead.Empty.class);
    assertThat(((LogRead.Refused) on.log().read(21, 1, 30, true)).error())
        .isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
  }

  @Test
  void givesOneWholeBatchEvenWhenItIsTooLarge() {
    on.append(batch().values(5000).of(1));
    LogRead.Data whole = (LogRead.Data) on.log().read(0, 100, 1, true);
    assertThat(LogFixture.records(whole).records()).hasSize(1);

    assertThat(on.log().read(0, 100, 1, false)).isInstanceOf(LogRead.Empty.class);
  }
}
