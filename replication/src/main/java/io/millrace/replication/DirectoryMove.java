package io.millrace.replication;

import io.millrace.log.AppendOutcome;
import io.millrace.log.FlushTicket;
import io.millrace.log.FutureLogs;
import io.millrace.log.HostedLog;
import io.millrace.log.LogDirectories;
import io.millrace.log.LogDirectory;
import io.millrace.log.LogEnvironment;
import io.millrace.log.LogRead;
import io.millrace.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One replica on its way to another log directory of this broker: its log is copied from the page
/// cache, piece by piece, while it goes on being written and read; then the copy takes its place.
///
/// ```
///  COPYING   --the log was cut-->                          COPYING, from the start
///  COPYING   --has all, synced; the last piece and the swap under the partition's guard-->  ENDED
///  COPYING   --another directory wanted, the partition left, a disk failed-->               ENDED
/// ```
///
/// One step at a time, on workers ([DirectoryMoves]).
final class DirectoryMove {

  static final long ENDED = -1;

  private static final Logger LOG = LoggerFactory.getLogger(DirectoryMove.class);

  private static final int PIECE_BYTES = 1 << 20;
  private static final long RETRY_NANOS = 100_000_000L;

  /// The limit may be lifted meanwhile.
  private static final long MAX_THROTTLE_NANOS = 500_000_000L;

  final Partition partition;
  final LogDirectory target;
  private final LogDirectories directories;
  private final LogEnvironment environment;
  private final ReplicationQuota quota;
  private FutureLogs.@Nullable Found found;
  private @Nullable HostedLog copy;
  private int truncations = -1;
  private boolean halted;
  private volatile boolean cancelled;
  private volatile long size;
  private volatile long endOffset;

  /// @param found what an earlier process has copied
  DirectoryMove(
      Partition partition,
      LogDirectory target,
      FutureLogs.@Nullable Found found,
      LogDirectories directories,
      LogEnvironment environment,
      ReplicationQuota quota) {
    this.partition = partition;
    this.target = target;
    this.found = found;
    this.directories = directories;
    this.environment = environment;
    this.quota = quota;
  }

  /// Bytes copied. Any thread.
  long size() {
    return size;
  }

  /// Where the copy ends. Any thread.
  long endOffset() {
    return endOffset;
  }

  /// Its next step clears up. Any thread.
  void cancel() {
    cancelled = true;
  }

  /// Lets go of the files; a later start goes on.
  synchronized void halt() {
    halted = true;
    HostedLog begun = copy;
    if (begun != null) {
      begun.log().abandon();
    }
  }

  /// Copies a piece, or ends. Blocks.
  ///
  /// @return nanoseconds until the next step is due, or [#ENDED]
  synchronized long step() {
    if (halted || !target.isOnline()) {
      halt();
      return ENDED;
    }
    try {
      if (cancelled) {
        clearUp();
        return ENDED;
      }
      long delay = quota.delayNanos();
      return delay > 0 ? Math.min(delay, MAX_THROTTLE_NANOS) : copyPiece(opened());
    } catch (IOException e) {
      directories.fail(target, e);
      halt();
      return ENDED;
    }
  }

  private HostedLog opened() throws IOException {
    HostedLog begun = copy;
    if (begun == null) {
      FutureLogs futures = directories.futures();
      FutureLogs.Found earlier = found;
      begun =
          earlier != null
              ? futures.open(environment, earlier, partition.hosted().log().config())
              : futures.create(
                  environment,
                  partition.topicPartition(),
                  partition.id().topicId(),
                  target,
                  partition.hosted().log().config());
      copy = begun;
      note(begun.log());
      LOG.info(
          "{} moves from {} to {}",
          partition,
          partition.hosted().directory().path(),
          target.path());
    }
    return begun;
  }

  private void clearUp() throws IOException {
    HostedLog begun = copy;
    FutureLogs.Found earlier = found;
    if (begun != null) {
      directories.futures().remove(begun);
    } else if (earlier != null) {
      directories.futures().remove(earlier);
    }
  }

  private void note(PartitionLog log) {
    size = log.size();
    endOffset = log.logEndOffset();
  }

  /// What the original has, seen under its guard.
  private static final class Glance {
    int truncations = -1;
    long start;
    long end;
    @Nullable LogRead read;
  }

  private long copyPiece(HostedLog to) throws IOException {
    PartitionLog log = to.log();
    long from = log.logEndOffset();
    Glance glance = new Glance();
    partition.guarded(original -> {
      glance.truncations = original.truncations();
      glance.start = original.logStartOffset();
      glance.end = original.logEndOffset();
      if (from >= glance.start && from <= glance.end) {
        glance.read = original.read(from, PIECE_BYTES, glance.end, true);
      }
    });
    if (glance.truncations < 0) {
      // It is being cut, or is gone, of which we shall be told.
      return RETRY_NANOS;
    }
    // A copy that an earlier process began is of a log that may have been cut since: it is worth
    // keeping only as far as both agree, and whoever cannot tell starts anew.
    boolean agrees = truncations == glance.truncations || (truncations < 0 && found == null);
    if (truncations < 0 && found != null) {
      agrees = partition.swap().agrees(log);
    }
    truncations = glance.truncations;
    LogRead read = glance.read;
    if (!agrees || read == null) {
      log.truncateFullyAndStartAt(glance.start);
      note(log);
      return 0;
    }
    return switch (read) {
      case LogRead.Data data -> append(log, load(data));
      case LogRead.Empty _ -> from == glance.end ? finish(to) : RETRY_NANOS;
      case LogRead.Refused refused -> giveUp(refused.message());
      case LogRead.Failed failed -> {
        directories.fail(partition.hosted().directory(), failed.cause());
        halt();
        yield ENDED;
      }
    };
  }

  private ByteBuffer load(LogRead.Data data) {
    try {
      return data.load();
    } catch (IOException e) {
      directories.fail(partition.hosted().directory(), e);
      return ByteBuffer.allocate(0);
    }
  }

  private long append(PartitionLog log, ByteBuffer bytes) throws IOException {
    long before = log.logEndOffset();
    AppendOutcome outcome =
        log.isSpannedBy(bytes, 0, bytes.limit())
            ? log.beginWithin(bytes, Integer.MAX_VALUE)
            : log.appendAsFollower(bytes, 0, bytes.limit(), Integer.MAX_VALUE);
    switch (outcome) {
      case AppendOutcome.Appended _ -> quota.record(bytes.limit());
      case AppendOutcome.Duplicate _ -> {}
      case AppendOutcome.Refused refused -> {
        return giveUp(refused.message());
      }
      case AppendOutcome.Failed failed -> throw failed.cause();
    }
    note(log);
    return log.logEndOffset() > before ? 0 : RETRY_NANOS;
  }

  private long giveUp(String why) throws IOException {
    LOG.error("{} stays in {}: {}", partition, partition.hosted().directory().path(), why);
    clearUp();
    return ENDED;
  }

  private long finish(HostedLog to) throws IOException {
    FlushTicket all = to.log().prepareFlush(true);
    all.run();
    to.log().completeFlush(all);
    boolean[] promoted = new boolean[1];
    directories
        .futures()
        .promote(to, swap -> promoted[0] = partition.swap().promote(to.log(), truncations, swap));
    if (!promoted[0]) {
      return RETRY_NANOS;
    }
    LOG.info("{} lies in {} now", partition, target.path());
    return ENDED;
  }

  /// Whether its log is the partition's by now.
  boolean isPromoted() {
    return partition.hosted().directory() == target;
  }
}
