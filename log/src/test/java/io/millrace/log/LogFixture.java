package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.segment.RottenRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.jspecify.annotations.Nullable;

/// One log on real files, opened and crashed at will.
final class LogFixture implements AutoCloseable {

  final StagedWorld world = new StagedWorld();
  final Reports reports = new Reports();
  final LogEnvironment environment = new LogEnvironment(world, reports);
  final Path dir;
  LogConfig config = LogConfig.DEFAULTS;
  int leaderEpoch = 3;
  private @Nullable PartitionLog log;

  LogFixture(Path parent) {
    dir = parent.resolve("orders-0");
  }

  LogFixture with(String name, Object value) {
    config = config.with(name, value);
    if (log != null) {
      log.updateConfig(config);
    }
    return this;
  }

  PartitionLog log() {
    PartitionLog opened = log;
    return opened == null ? open(new LogOpenState(0, 0, LastStop.UNKNOWN, Uuid.ZERO_UUID)) : opened;
  }

  PartitionLog open(LogOpenState state) {
    try {
      PartitionLog opened = PartitionLog.open(environment, dir, config, state);
      log = opened;
      return opened;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Stops cleanly and starts again.
  PartitionLog restart() {
    try {
      PartitionLog old = log();
      old.close();
      return open(
          new LogOpenState(
              old.logStartOffset(), old.checkpointOffset(), LastStop.CLEAN, Uuid.ZERO_UUID));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends without writing anything more and starts again.
  PartitionLog crash() {
    PartitionLog old = log();
    old.abandon();
    return open(
        new LogOpenState(
            old.logStartOffset(), old.checkpointOffset(), LastStop.UNKNOWN, Uuid.ZERO_UUID));
  }

  AppendOutcome append(ByteBuffer batch) {
    return append(batch, AppendOrigin.CLIENT);
  }

  AppendOutcome append(ByteBuffer batch, AppendOrigin origin) {
    return log()
        .appendAsLeader(
            batch, 0, batch.limit(), leaderEpoch, origin, ApiKeys.PRODUCE.latestVersion());
  }

  AppendOutcome.Appended appended(ByteBuffer batch) {
    AppendOutcome outcome = append(batch);
    assertThat(outcome).isInstanceOf(AppendOutcome.Appended.class);
    return (AppendOutcome.Appended) outcome;
  }

  AppendOutcome.Refused refused(ByteBuffer batch) {
    AppendOutcome outcome = append(batch);
    assertThat(outcome).isInstanceOf(AppendOutcome.Refused.class);
    return (AppendOutcome.Refused) outcome;
  }

  AppendOutcome follow(ByteBuffer batches) {
    return log().appendAsFollower(batches, 0, batches.limit(), leaderEpoch);
  }

  void flush(boolean full) {
    try {
      FlushTicket ticket = log().prepareFlush(full);
      ticket.run();
      log().completeFlush(ticket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Reads from `offset` to the log's end, as a consumer does.
  List<Record> readAll(long offset) {
    return readAll(offset, log().logEndOffset());
  }

  List<Record> readAll(long offset, long endOffset) {
    List<Record> all = new ArrayList<>();
    long next = offset;
    while (next < endOffset) {
      LogRead read = log().read(next, 1 << 16, endOffset, true);
      assertThat(read).isInstanceOf(LogRead.Data.class);
      long before = next;
      for (Record record : records((LogRead.Data) read).records()) {
        if (record.offset() >= next) {
          all.add(record);
          next = record.offset() + 1;
        }
      }
      assertThat(next).isGreaterThan(before);
    }
    return all;
  }

  static MemoryRecords records(LogRead.Data data) {
    try {
      return data.loadRecords();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (log != null) {
      log.abandon();
    }
    world.close();
  }

  /// Remembers what the log had to tell.
  static class Reports implements LogReports {
    final List<RottenRange> damaged = new ArrayList<>();
    final List<Long> lacking = new ArrayList<>();
    final List<Path> mended = new ArrayList<>();
    final List<String> rebuilt = new ArrayList<>();
    int lowered;

    @Override
    public void damaged(Path log, RottenRange range) {
      damaged.add(range);
    }

    @Override
    public void mended(Path log) {
      mended.add(log);
    }

    @Override
    public void lacking(Path log, long endOffset) {
      lacking.add(endOffset);
    }

    @Override
    public void rebuilt(Path file, String reason) {
      rebuilt.add(file.getFileName() + ": " + reason);
    }

    @Override
    public void recoveryPointLowered(PartitionLog log) {
      lowered++;
    }
  }
}
