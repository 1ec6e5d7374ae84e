package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.scrub.ScrubSettings;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.virtual.VirtualDisk;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/// The log directories of a node in virtual time, on disks that can fail: started, used, killed and
/// started again.
final class HostedWorld {

  static final Path DATA = Path.of("/data");
  static final Path MORE = Path.of("/more");
  private static final long PATIENCE_NANOS = 600_000_000_000L;
  private static final Uuid TOPIC_ID = new Uuid(3, 4);

  private final VirtualWorld world =
      VirtualWorld.builder(1).epochMs(StagedWorld.START_MS).loops(1).build();
  private final Map<TopicPartition, Long> next = new LinkedHashMap<>();
  final List<LogDirectory> offline = new ArrayList<>();
  final LogFixture.Reports reports =
      new LogFixture.Reports() {
        @Override
        public void mended(Path log) {
          super.mended(log);
          directories().mended(log);
        }
      };
  LogConfig config = LogConfig.DEFAULTS;
  ScrubSettings scrub = ScrubSettings.DEFAULTS;
  private @Nullable LogDirectories directories;

  HostedWorld() {
    run(() -> {
      for (Path path : List.of(DATA, MORE)) {
        disk().createDirectories(path);
        disk().syncDirectory(Path.of("/"));
        String text =
            "version=1\ncluster.id=c\nnode.id=1\ndirectory.id=" + new Uuid(1, path.hashCode());
        disk().replace(path.resolve("meta.properties"), text.getBytes(StandardCharsets.UTF_8));
      }
    });
  }

  /// A step on the node's loop.
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  /// Runs a step on the node's loop, to its end.
  void run(Step step) {
    boolean[] ended = new boolean[1];
    node()
        .loops()
        .getFirst()
        .execute(() -> {
          try {
            step.run();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          ended[0] = true;
        });
    world.runUntil(() -> ended[0], PATIENCE_NANOS);
  }

  VirtualNode node() {
    return world.node("n");
  }

  VirtualDisk disk() {
    return node().disk();
  }

  LogDirectories directories() {
    LogDirectories open = directories;
    if (open == null) {
      throw new IllegalStateException("not started");
    }
    return open;
  }

  LogDirectory directory(Path path) {
    return directories().directories().stream()
        .filter(directory -> directory.path().equals(path))
        .findFirst()
        .orElseThrow();
  }

  /// Opens the directories and all that lies in them.
  void start() {
    boolean[] loaded = new boolean[1];
    run(() -> {
      LogDirectoriesConfig settings =
          new LogDirectoriesConfig(
              List.of(DATA, MORE),
              1,
              1_000,
              60_000,
              60_000,
              300_000,
              5_000,
              600_000,
              60_000,
              2,
              scrub);
      LogDirectories opened =
          LogDirectories.open(node(), settings, (directory, _) -> offline.add(directory));
      directories = opened;
      opened.load(
          environment(),
          _ -> config,
          (_, _, _) -> true,
          node().loops().getFirst(),
          (logs, failure) -> {
            assertThat(failure).isNull();
            logs.forEach(log -> opened.attach(log.partition(), owner(log.log())));
            opened.start(node().loops().getFirst());
            loaded[0] = true;
          });
    });
    world.runUntil(() -> loaded[0], PATIENCE_NANOS);
    settle();
  }

  private LogEnvironment environment() {
    return new LogEnvironment(node(), reports);
  }

  private static LogOwner owner(PartitionLog log) {
    return new LogOwner() {
      @Override
      public void guarded(LogStep step) throws IOException {
        step.run(log);
      }

      @Override
      public long highWatermark() {
        return log.logEndOffset();
      }

      @Override
      public void onFlushed(PartitionLog flushed) {}
    };
  }

  /// Closes everything.
  void stop() {
    boolean[] closed = new boolean[1];
    run(() -> directories().close(7, node().loops().getFirst(), _ -> closed[0] = true));
    world.runUntil(() -> closed[0], PATIENCE_NANOS);
  }

  void kill() {
    node().kill();
  }

  void powerOff() {
    node().powerOff();
  }

  /// Lets background work come to rest.
  void settle() {
    runFor(1);
  }

  void runFor(int seconds) {
    world.runFor(seconds * 1_000_000_000L);
  }

  void create(TopicPartition partition, Path in) {
    run(() -> {
      HostedLog made =
          directories().create(environment(), partition, TOPIC_ID, directory(in), config);
      directories().attach(partition, owner(made.log()));
    });
  }

  PartitionLog log(TopicPartition partition) {
    HostedLog found = directories().log(partition);
    if (found == null) {
      throw new IllegalStateException(partition + " is not there");
    }
    return found.log();
  }

  /// Appends one batch of that many records with distinct values.
  AppendOutcome append(TopicPartition partition, int records) {
    AppendOutcome[] outcome = new AppendOutcome[1];
    run(() -> {
      long first = next.getOrDefault(partition, 0L);
      ByteBuffer batch = Values.batch(first, records, 100, -1, -1);
      outcome[0] =
          log(partition)
              .appendAsLeader(
                  batch, 0, batch.limit(), 1, AppendOrigin.CLIENT, ApiKeys.PRODUCE.latestVersion());
      if (outcome[0] instanceof AppendOutcome.Appended) {
        next.put(partition, first + records);
      }
    });
    return outcome[0];
  }

  /// Every value that was appended is there, once, in order, up to the log's end.
  void verify(TopicPartition partition, long end) {
    run(() -> {
      PartitionLog log = log(partition);
      assertThat(log.logEndOffset()).isEqualTo(end);
      for (long offset = log.logStartOffset(); offset < end; ) {
        LogRead read = log.read(offset, 1 << 16, end, true);
        assertThat(read).isInstanceOf(LogRead.Data.class);
        for (var record : LogFixture.records((LogRead.Data) read).records()) {
          if (record.offset() == offset) {
            assertThat(Values.of(record)).isEqualTo(offset);
            offset++;
          }
        }
      }
    });
  }

  byte[] content(Path file) {
    byte[][] content = new byte[1][];
    run(() -> content[0] = disk().read(file));
    return content[0];
  }

  /// Overwrites bytes of a file.
  void put(Path file, long at, byte... bytes) {
    run(() -> {
      DiskFile open = disk().open(file);
      open.write(ByteBuffer.wrap(bytes), at);
      open.release();
    });
  }
}
