package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.format.OffsetCheckpoint;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Whatever stands in a log directory's own files (the three checkpoints, the marker of a clean
/// stop, the boot note, the identity): a start opens the logs or takes the directory offline, what
/// it opened can be read and written, and the other directory serves as ever.
///
/// A seed makes one damaged directory. `-Dfuzz.seconds` (profile `fuzz-long`) says how long fresh
/// seeds are tried.
class DirectoryFuzzTest {

  private static final int RECORDS = 12;
  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
  private static final TopicPartition EVENTS = new TopicPartition("events-2", 7);
  private static final TopicPartition ELSEWHERE = new TopicPartition("elsewhere", 0);

  private static final List<String> FILES =
      List.of(
          OffsetCheckpoint.RECOVERY_POINTS,
          OffsetCheckpoint.LOG_START_OFFSETS,
          OffsetCheckpoint.HIGH_WATERMARKS,
          ".kafka_cleanshutdown",
          ".millrace_boot",
          "meta.properties");

  private static final String[] ODD_WORDS = {
    "",
    "0",
    "1",
    "-1",
    "99",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "2147483648",
    "orders 0 6",
    "orders 0",
    "nobody 3 4",
    "\n",
    "\u0000",
    "boot.id=",
    "{\"version\":0,\"brokerEpoch\":99999999999999999999}",
    "directory.id=%",
    "node.id=x",
    "\\u12"
  };

  private static final Logger LOG = Logger.getLogger("io.millrace.log");

  /// What it warns of is what this test does.
  @BeforeAll
  static void quiet() {
    LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void loud() {
    LOG.setLevel(null);
  }

  @Test
  void standsFixedSeeds() {
    for (long seed = 0; seed < 150; seed++) {
      tryOut(seed);
    }
  }

  @Test
  @Tag("long")
  void standsFreshSeeds() {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    System.out.println("DirectoryFuzzTest: -Dfuzz.seed=" + seed);
    long end = System.nanoTime() + Long.getLong("fuzz.seconds", 2) * 1_000_000_000L;
    do {
      tryOut(seed++);
    } while (System.nanoTime() - end < 0);
  }

  private static void tryOut(long seed) {
    try {
      tryOut(new Random(seed));
    } catch (Throwable t) {
      throw new AssertionError("fuzz.seed=" + seed, t);
    }
  }

  private static void tryOut(Random random) {
    HostedWorld node = new HostedWorld();
    node.start();
    node.create(ORDERS, HostedWorld.DATA);
    node.create(EVENTS, HostedWorld.DATA);
    node.create(ELSEWHERE, HostedWorld.MORE);
    for (TopicPartition partition : List.of(ORDERS, EVENTS, ELSEWHERE)) {
      node.append(partition, RECORDS / 2);
      node.append(partition, RECORDS / 2);
    }
    node.runFor(70); // Until all files are there.
    if (random.nextInt(3) == 0) {
      node.stop();
    }
    node.kill();
    node.run(() -> {
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        damage(random, node, HostedWorld.DATA.resolve(FILES.get(random.nextInt(FILES.size()))));
      }
    });
    for (int starts = 0; starts < 2; starts++) {
      node.start();
      use(node);
      node.stop();
      node.kill();
    }
  }

  private static void use(HostedWorld node) {
    for (TopicPartition partition : List.of(ORDERS, EVENTS)) {
      HostedLog hosted = node.directories().log(partition);
      if (hosted != null && hosted.directory().isOnline()) {
        PartitionLog log = hosted.log();
        readsAll(node, log);
        assertThat(node.append(partition, 2)).isInstanceOf(AppendOutcome.Appended.class);
      }
    }
    long end = node.log(ELSEWHERE).logEndOffset();
    assertThat(end).isGreaterThanOrEqualTo(RECORDS);
    node.verify(ELSEWHERE, end);
  }

  private static void readsAll(HostedWorld node, PartitionLog log) {
    node.run(() -> {
      for (long offset = log.logStartOffset(); offset < log.logEndOffset(); ) {
        LogRead read = log.read(offset, 1 << 16, log.logEndOffset(), true);
        assertThat(read).isInstanceOf(LogRead.Data.class);
        for (var record : LogFixture.records((LogRead.Data) read).records()) {
          offset = Math.max(offset, record.offset() + 1);
        }
      }
    });
  }

  private static void damage(Random random, HostedWorld node, Path file) throws IOException {
    byte[] content = node.disk().exists(file) ? node.disk().read(file) : new byte[0];
    switch (random.nextInt(8)) {
      case 0 -> node.disk().delete(file);
      case 1 -> put(node, file, Arrays.copyOf(content, random.nextInt(content.length + 1)));
      case 2 -> put(node, file, Arrays.copyOf(content, content.length + random.nextInt(5_000)));
      case 3 -> {
        byte[] noise = new byte[random.nextInt(500)];
        random.nextBytes(noise);
        put(node, file, noise);
      }
      case 4, 5 -> put(node, file, otherWords(random, content));
      default -> {
        for (int i = 1 + random.nextInt(4); i > 0 && content.length > 0; i--) {
          content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
        }
        put(node, file, content);
      }
    }
  }

  /// Some words or lines say something else.
  private static byte[] otherWords(Random random, byte[] content) {
    List<String> words =
        new ArrayList<>(
            List.of(new String(content, StandardCharsets.ISO_8859_1).split("(?<=[ \n=])")));
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      int at = random.nextInt(words.size());
      String end = words.get(at).endsWith("\n") ? "\n" : " ";
      words.set(at, ODD_WORDS[random.nextInt(ODD_WORDS.length)] + end);
    }
    return String.join("", words).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void put(HostedWorld node, Path path, byte[] content) throws IOException {
    DiskFile file = node.disk().open(path);
    file.truncate(0);
    file.write(ByteBuffer.wrap(content), 0);
    file.release();
  }
}
