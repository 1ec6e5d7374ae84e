package io.millrace.metadata.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.raft.MetadataLog;
import io.millrace.runtime.Disk;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.utils.Crc32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Whatever stands in the files that a start reads before anything else (`meta.properties`,
/// `bootstrap.checkpoint`, the voters' checkpoint): the start is refused in words, or goes on, and
/// then the bootstrap can be read or is refused in words, too.
///
/// A seed makes one damaged directory. `-Dfuzz.seconds` (profile `fuzz-long`) says how long fresh
/// seeds are tried.
class StoredFilesFuzzTest {

  private static final Path DATA = Path.of("/data/a");
  private static final int ATTRIBUTES_OFFSET = 21;
  private static final int CRC_OFFSET = 17;
  private static final int HEADER_BYTES = 61;

  private static final List<Path> FILES =
      List.of(
          DATA.resolve(MetaPropertiesFile.NAME),
          DATA.resolve(BootstrapFile.NAME),
          DATA.resolve(MetadataLog.FOLDER).resolve("00000000000000000000-0000000000.checkpoint"));

  @Test
  void standsFixedSeeds() throws IOException {
    for (long seed = 0; seed < 300; seed++) {
      tryOut(seed);
    }
  }

  @Test
  @Tag("long")
  void standsFreshSeeds() throws IOException {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    System.out.println("StoredFilesFuzzTest: -Dfuzz.seed=" + seed);
    long end = System.nanoTime() + Long.getLong("fuzz.seconds", 2) * 1_000_000_000L;
    do {
      tryOut(seed++);
    } while (System.nanoTime() - end < 0);
  }

  private static void tryOut(long seed) throws IOException {
    Random random = new Random(seed);
    var node = VirtualWorld.builder(seed).build().node("n1");
    assertThat(ClusterFormatter.prepare(node, FormatRequests.in(DATA).build()))
        .isInstanceOf(FormatOutcome.Ready.class);
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      damage(random, node.disk(), FILES.get(random.nextInt(FILES.size())));
    }
    try {
      switch (ClusterFormatter.prepare(node, FormatRequests.in(DATA).build())) {
        case FormatOutcome.Refused refused ->
            assertThat(refused.problems()).isNotEmpty().noneMatch(String::isBlank);
        case FormatOutcome.Ready _ -> readsBootstrap(node.disk());
      }
    } catch (RuntimeException e) {
      throw new AssertionError("fuzz.seed=" + seed, e);
    }
  }

  private static void readsBootstrap(Disk disk) {
    try {
      assertThat(BootstrapFile.read(disk, DATA)).isNotNull();
    } catch (IOException e) {
      assertThat(e.getMessage()).contains(BootstrapFile.NAME);
    }
  }

  private static void damage(Random random, Disk disk, Path file) throws IOException {
    if (!disk.exists(file)) {
      return;
    }
    byte[] content = disk.read(file);
    switch (random.nextInt(6)) {
      case 0 -> content = Arrays.copyOf(content, random.nextInt(content.length + 1));
      case 1 -> content = Arrays.copyOf(content, content.length + random.nextInt(3_000));
      case 2 -> {
        content = new byte[random.nextInt(400)];
        random.nextBytes(content);
      }
      default -> {
        for (int i = 1 + random.nextInt(4); i > 0 && content.length > 0; i--) {
          content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
    }
    if (random.nextBoolean()) {
      reseal(content);
    }
    disk.replace(file, content);
  }

  /// The first batch's checksum fits what is there: else nothing behind it is ever looked at.
  private static void reseal(byte[] content) {
    ByteBuffer batch = ByteBuffer.wrap(content);
    int size = content.length < HEADER_BYTES ? 0 : 12 + batch.getInt(8);
    if (size >= HEADER_BYTES && size <= content.length) {
      long crc = Crc32C.compute(content, ATTRIBUTES_OFFSET, size - ATTRIBUTES_OFFSET);
      batch.putInt(CRC_OFFSET, (int) crc);
    }
  }
}
