package io.millrace.benchmark.jmh;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.LogEnvironment;
import io.millrace.log.LogOpenState;
import io.millrace.log.LogReports;
import io.millrace.log.PartitionLog;
import io.millrace.runtime.real.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;

/// A new log in a temporary directory of the real disk, and a batch to append to it.
final class OpenLog implements AutoCloseable {
  private static final int EPOCH = 3;
  private static final short VERSION = ApiKeys.PRODUCE.latestVersion();

  private final RealWorld world = RealWorld.builder().loops(1).build();
  private final Path directory;
  private final ByteBuffer batch;
  final PartitionLog log;

  OpenLog(Batches batches) throws IOException {
    this.batch = batches.direct();
    this.directory = Files.createTempDirectory("millrace-jmh-");
    this.log =
        PartitionLog.open(
            new LogEnvironment(world, LogReports.NONE),
            Files.createDirectories(directory.resolve("t-0")),
            LogConfig.DEFAULTS,
            LogOpenState.unknown(Uuid.ZERO_UUID));
  }

  AppendOutcome append() {
    batch.putLong(0, 0); // the base offset, as a client sends it
    return log.appendAsLeader(batch, 0, batch.capacity(), EPOCH, AppendOrigin.CLIENT, VERSION);
  }

  void fill(long bytes) {
    for (long written = 0; written < bytes; written += batch.capacity()) {
      append();
    }
  }

  @Override
  public void close() throws IOException {
    log.abandon();
    world.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
