package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whatever lies in a partition's folder: opening, reading and appending end with an answer or an
/// [IOException], and take no more memory than the files justify.
///
/// A seed makes one damaged folder out of a sound one. `-Dfuzz.seconds` (profile `fuzz-long`) says
/// how long fresh seeds are tried; those that once found a fault are kept in
/// `fuzz/recovery-seeds.txt`.
class RecoveryFuzzTest {

  private static final Path PARENT = Path.of("/data");
  private static final Path DIR = PARENT.resolve("orders-0");
  private static final int[] ODD_NUMBERS = {
    0, 1, -1, 2, 255, 4096, 1 << 20, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE
  };

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final Map<String, byte[]> SOUND = new TreeMap<>();

  @BeforeAll
  static void makeSoundFolder() {
    inWorld(
        0,
        node -> {
          PartitionLog log =
              PartitionLog.open(
                  new LogEnvironment(node, LogReports.NONE),
                  DIR,
                  config(),
                  LogOpenState.unknown(new Uuid(1, 2)));
          for (int i = 0; i < 60; i++) {
            Compression codec = i % 3 == 0 ? Compression.lz4().build() : Compression.NONE;
            ByteBuffer batch =
                Batches.batch()
                    .compressed(codec)
                    .values(40)
                    .at(StagedWorld.START_MS + i)
                    .by(7 + i % 3, 0, i / 3 * 4)
                    .of(4);
            append(log, batch, i / 20);
          }
          FlushTicket ticket = log.prepareFlush(true);
          ticket.run();
          log.completeFlush(ticket);
          append(log, Batches.batch().of(3), 3);
          log.close();
          for (String name : node.disk().list(DIR)) {
            SOUND.put(name, node.disk().read(DIR.resolve(name)));
          }
        });
    assertThat(SOUND.size()).isGreaterThan(8);
  }

  private static LogConfig config() {
    return LogConfig.DEFAULTS.with("segment.bytes", 6_000).with("index.interval.bytes", 200);
  }

  private static AppendOutcome append(PartitionLog log, ByteBuffer batch, int epoch) {
    return log.appendAsLeader(
        batch, 0, batch.limit(), epoch, AppendOrigin.CLIENT, ApiKeys.PRODUCE.latestVersion());
  }

  /// What is done on a node's loop.
  private interface Step {
    void on(VirtualNode node) throws IOException;
  }

  private static void inWorld(long seed, Step step) {
    VirtualWorld world = VirtualWorld.builder(seed).epochMs(StagedWorld.START_MS).build();
    VirtualNode node = world.node("n");
    boolean[] ended = new boolean[1];
    node.loops()
        .getFirst()
        .execute(() -> {
          try {
            node.disk().createDirectories(PARENT);
            step.on(node);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          ended[0] = true;
        });
    world.runUntil(() -> ended[0], 3_600_000_000_000L);
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void standsWhatOnceBroughtItDown() throws IOException {
    try (BufferedReader seeds =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    RecoveryFuzzTest.class.getResourceAsStream("/fuzz/recovery-seeds.txt")),
                StandardCharsets.UTF_8))) {
      for (String line = seeds.readLine(); line != null; line = seeds.readLine()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          tryOut(Long.parseLong(line.trim()));
        }
      }
    }
  }

  @Test
  void standsFixedSeeds() {
    for (long seed = 0; seed < 300; seed++) {
      tryOut(seed);
    }
  }

  @Test
  @Tag("long")
  void standsFreshSeeds() {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    System.out.println("RecoveryFuzzTest: -Dfuzz.seed=" + seed);
    long end = System.nanoTime() + Long.getLong("fuzz.seconds", 2) * 1_000_000_000L;
    do {
      tryOut(seed++);
    } while (System.nanoTime() - end < 0);
  }

  private static void tryOut(long seed) {
    try {
      inWorld(seed, node -> tryOut(new Random(seed), node));
    } catch (Throwable t) {
      throw new AssertionError("fuzz.seed=" + seed, t);
    }
  }

  private static void tryOut(Random random, VirtualNode node) throws IOException {
    Map<String, byte[]> files = new TreeMap<>(SOUND);
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      damage(random, files);
    }
    long bytes = 0;
    node.disk().createDirectories(DIR);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      put(node.disk(), DIR.resolve(file.getKey()), file.getValue());
      bytes += file.getValue().length;
    }
    LogOpenState stored =
        new LogOpenState(
            random.nextInt(4) == 0 ? random.nextInt(300) : 0,
            random.nextInt(300) - 1,
            LastStop.values()[random.nextInt(LastStop.values().length)],
            Uuid.ZERO_UUID);
    LogConfig config = config().with("flush.messages", random.nextBoolean() ? 1 : 1_000_000);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      PartitionLog log =
          PartitionLog.open(
              new LogEnvironment(node, LogReports.NONE, () -> 86_400_000, 1 << 16),
              DIR,
              config,
              stored);
      use(random, log);
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).isLessThan((32L << 20) + 200 * bytes);
  }

  private static void use(Random random, PartitionLog log) throws IOException {
    long end = log.logEndOffset();
    int reads = 0;
    for (long offset = log.logStartOffset(); offset < end && reads < 2_000; reads++) {
      offset =
          switch (log.read(offset, 4_096, end, true)) {
            case LogRead.Data data -> {
              data.slice().release();
              yield offset + 1 + random.nextInt(5);
            }
            case LogRead.Empty _ -> end;
            case LogRead.Refused _ -> offset + 1;
            case LogRead.Failed failed -> throw failed.cause();
          };
    }
    log.searchTimestamp(StagedWorld.START_MS + random.nextInt(60));
    log.maxTimestamp();
    log.abortedTransactions(log.logStartOffset(), end);
    append(log, Batches.batch().of(2), 9);
    log.truncateTo(Math.max(log.logStartOffset(), end - random.nextInt(100)));
    append(log, Batches.batch().of(2), 9);
    log.applyRetention(StagedWorld.START_MS + random.nextInt(2) * (1L << 40), end);
    log.close();
  }

  private static void put(Disk disk, Path path, byte[] content) throws IOException {
    DiskFile file = disk.open(path);
    file.write(ByteBuffer.wrap(content), 0);
    file.release();
  }

  private static void damage(Random random, Map<String, byte[]> files) {
    List<String> names = new ArrayList<>(files.keySet());
    String name = names.get(random.nextInt(names.size()));
    byte[] content = Objects.requireNonNull(files.get(name)).clone();
    switch (random.nextInt(10)) {
      case 0 -> files.remove(name);
      case 1 ->
          files.put(name, java.util.Arrays.copyOf(content, random.nextInt(content.length + 1)));
      case 2 ->
          files.put(name, java.util.Arrays.copyOf(content, content.length + random.nextInt(9_000)));
      case 3 -> {
        byte[] noise = new byte[random.nextInt(2_000)];
        random.nextBytes(noise);
        files.put(name, noise);
      }
      case 4 -> files.put(names.get(random.nextInt(names.size())), content);
      case 5 -> files.put(String.format("%020d", random.nextInt(300)) + suffix(random), content);
      case 6, 7 -> {
        if (content.length >= 4) {
          int at = random.nextInt(content.length - 3);
          ByteBuffer.wrap(content).putInt(at, ODD_NUMBERS[random.nextInt(ODD_NUMBERS.length)]);
          files.put(name, content);
        }
      }
      default -> {
        for (int i = 1 + random.nextInt(8); i > 0 && content.length > 0; i--) {
          content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
        }
        files.put(name, content);
      }
    }
  }

  private static String suffix(Random random) {
    String[] all = {
      ".log",
      ".index",
      ".timeindex",
      ".txnindex",
      ".snapshot",
      ".log.swap",
      ".log.cleaned",
      ".index.swap",
      ".log.deleted",
      ".cut.deleted",
      ".odd"
    };
    return all[random.nextInt(all.length)];
  }
}
