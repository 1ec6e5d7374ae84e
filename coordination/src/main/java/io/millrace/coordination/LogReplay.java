package io.millrace.coordination;

import io.millrace.runtime.EventLoop;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader.LoadSummary;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One shard coming up from its log.
///
/// ```
///  worker | read, scan 1 | read, scan 2 |               | read, scan 3 | ...
///  loop   |              | replay 1, in steps           | replay 2     | ...
/// ```
///
/// Reading blocks and a scan takes long, so both happen on a worker, one window ahead of the
/// replay. The replay changes the shard, so it happens on the shard's loop, in steps short enough
/// that the connections of that loop go on; the shard answers COORDINATOR_LOAD_IN_PROGRESS
/// meanwhile. Fields belong to the shard's loop, but where said.
///
/// Rules, as Kafka's loader has them:
/// 1. The shard's written offset follows the replay at the high watermark and above it, and every
///    16,384 offsets below it: a snapshot costs, and so does having none.
/// 2. Its committed offset ends at the high watermark, and is never above what is written.
/// 3. When the partition is not led here any more, the load fails with NOT_LEADER_OR_FOLLOWER.
///
/// 4. What cannot be read may be rotten, and repaired in a moment, or once the replica is back that
///    has it: it is read again until it can be. After half a minute others may load between.
///    (Kafka's load fails at once, and the shard is served again when the partition has another
///    leader.)
/// 5. A later load of the shard ends this one without an answer ([ReplayLoader]).
///
/// And where Kafka's stops short: a log whose start moves past the replay is followed there, and an
/// empty log that does not begin at zero leaves the shard at its end, so that the first write is
/// not taken for a gap.
final class LogReplay {
  private static final Logger LOG = LoggerFactory.getLogger(LogReplay.class);

  private static final long COMMIT_INTERVAL_OFFSETS = 16_384;
  private static final long RETRY_NANOS = 250_000_000L;
  private static final int RETRIES_BEFORE_REST = 120;
  private static final long REST_NANOS = 5_000_000_000L;

  private final ReplayLoader loader;
  private final TopicPartition shard;
  private final CoordinatorPlayback<CoordinatorRecord> playback;
  private final EventLoop loop;
  private final CompletableFuture<LoadSummary> future = new CompletableFuture<>();
  private final long queuedAtMs;

  /// One is being filled by a worker (there is one at a time) while the other one is replayed.
  private LogWindow reading;

  private LogWindow replaying;

  private long startedAtMs;

  /// What is being replayed, and what follows it, once it is there.
  private @Nullable WindowReplay current;

  private @Nullable ScannedWindow ahead;

  /// There is nothing behind what a worker has handed over.
  private boolean allRead;

  private boolean ended;

  /// Where a load goes on that has rested; -1 at the log's start.
  private long resumeAt = -1;

  private boolean resting;
  private int retries;
  private long logEndOffset;

  /// As of the step that runs.
  private long highWatermark;

  private long written;
  private long committed = -1;
  private long records;
  private long bytes;

  LogReplay(
      ReplayLoader loader, TopicPartition shard, CoordinatorPlayback<CoordinatorRecord> playback) {
    this.loader = loader;
    this.shard = shard;
    this.playback = playback;
    this.loop = loader.loopOf(shard);
    this.reading = new LogWindow(loader.readBytes());
    this.replaying = new LogWindow(loader.readBytes());
    this.queuedAtMs = loader.time().milliseconds();
    this.startedAtMs = queuedAtMs;
  }

  TopicPartition shard() {
    return shard;
  }

  /// Completes on the shard's loop, unless the load is abandoned.
  CompletableFuture<LoadSummary> future() {
    return future;
  }

  /// Ends without an answer. To be called on the shard's loop.
  void abandon() {
    if (resting || loader.withdraw(this)) {
      ended = true;
    } else if (!ended) {
      end();
    }
  }

  /// It has its turn, at first and after each rest.
  void start() {
    loop.execute(() -> {
      if (ended) {
        return;
      }
      CoordinatorLog log = loader.leading(shard);
      if (log == null) {
        fail(notLeading());
      } else if (resumeAt >= 0) {
        readFrom(resumeAt);
      } else {
        startedAtMs = loader.time().milliseconds();
        readFrom(log.logStartOffset());
      }
    });
  }

  // ---- on a worker ----

  private void readFrom(long offset) {
    LogWindow into = reading;
    loader
        .workers()
        .execute(() -> {
          Found found = find(offset, into);
          loop.execute(() -> onFound(found));
        });
  }

  private Found find(long offset, LogWindow into) {
    if (loader.isClosed()) {
      return new Found.Nothing(
          new CoordinatorNotAvailableException("The coordinator is shutting down."));
    }
    CoordinatorLog log = loader.leading(shard);
    if (log == null) {
      return new Found.Nothing(notLeading());
    }
    try {
      // Asked for first: what may be superseded must have been committed by then.
      long highWatermark = log.highWatermark();
      if (!into.fill(log, offset)) {
        return new Found.End(into.nextOffset());
      }
      try {
        return new Found.Window(ScannedWindow.of(into.bytes(), into.nextOffset(), highWatermark));
      } catch (CorruptRecordException e) {
        log.suspect(ScannedWindow.firstRotten(into.bytes(), offset));
        return new Found.Unreadable(offset, e);
      }
    } catch (IOException e) {
      log.suspect(offset);
      return new Found.Unreadable(offset, new KafkaStorageException("Cannot read " + shard, e));
    } catch (KafkaStorageException | CorruptRecordException e) {
      return new Found.Unreadable(offset, e);
    } catch (RuntimeException e) {
      return new Found.Nothing(e);
    }
  }

  /// What a worker brings back.
  private sealed interface Found {
    record Window(ScannedWindow window) implements Found {}

    record End(long offset) implements Found {}

    record Unreadable(long offset, RuntimeException reason) implements Found {}

    record Nothing(RuntimeException reason) implements Found {}
  }

  // ---- on the shard's loop ----

  private void onFound(Found found) {
    if (ended) {
      return;
    }
    switch (found) {
      case Found.Window(var window) -> {
        if (current == null) {
          begin(window);
        } else {
          ahead = window;
        }
      }
      case Found.End(var offset) -> {
        allRead = true;
        logEndOffset = offset;
        if (current == null) {
          finish();
        }
      }
      case Found.Unreadable(var offset, var reason) -> retry(offset, reason);
      case Found.Nothing(var reason) -> fail(reason);
    }
  }

  private void retry(long offset, RuntimeException reason) {
    if (++retries > RETRIES_BEFORE_REST) {
      rest(offset, reason);
    } else {
      loop.schedule(
          RETRY_NANOS,
          () -> {
            if (!ended) {
              readFrom(offset);
            }
          });
    }
  }

  /// Lets others load, and gives the memory back, before it reads there again.
  private void rest(long offset, RuntimeException reason) {
    if (resumeAt != offset) {
      LOG.error(
          "{} cannot be read from offset {} on, and its groups are not served before it can be",
          shard,
          offset,
          reason);
    }
    resumeAt = offset;
    resting = true;
    reading = new LogWindow(loader.readBytes());
    loader.onRest();
    loop.schedule(
        REST_NANOS,
        () -> {
          resting = false;
          if (!ended) {
            loader.onRested(this);
          }
        });
  }

  private void begin(ScannedWindow window) {
    retries = 0;
    current = new WindowReplay(shard, window, loader.deserializer(), playback, this::onBatch);
    LogWindow free = replaying;
    replaying = reading;
    reading = free;
    readFrom(window.nextOffset());
    loop.execute(this::step);
  }

  private void step() {
    WindowReplay replay = current;
    if (ended || replay == null) {
      return;
    }
    CoordinatorLog log = loader.leading(shard);
    if (log == null) {
      fail(notLeading());
      return;
    }
    highWatermark = log.highWatermark();
    boolean through;
    try {
      through = replay.step();
    } catch (RuntimeException e) {
      fail(
          new KafkaException(
              "Cannot replay " + shard + " up to " + replay.window().nextOffset(), e));
      return;
    }
    if (through) {
      onReplayed(replay);
    } else {
      loop.execute(this::step);
    }
  }

  private void onBatch(long nextOffset) {
    if (nextOffset >= highWatermark || nextOffset - committed >= COMMIT_INTERVAL_OFFSETS) {
      advanceTo(nextOffset, highWatermark);
    }
  }

  private void onReplayed(WindowReplay replay) {
    records += replay.records();
    bytes += replay.window().sizeInBytes();
    ScannedWindow next = ahead;
    current = null;
    ahead = null;
    if (next != null) {
      begin(next);
    } else if (allRead) {
      finish();
    }
  }

  private void advanceTo(long nextOffset, long highWatermark) {
    if (nextOffset > written) {
      playback.updateLastWrittenOffset(nextOffset);
      written = nextOffset;
    }
    long newCommitted = Math.min(highWatermark, written);
    if (newCommitted > committed) {
      playback.updateLastCommittedOffset(newCommitted);
      committed = newCommitted;
    }
  }

  private void finish() {
    CoordinatorLog log = loader.leading(shard);
    if (log == null) {
      fail(notLeading());
      return;
    }
    advanceTo(logEndOffset, log.highWatermark());
    end();
    LoadSummary summary =
        new LoadSummary(
            startedAtMs, loader.time().milliseconds(), startedAtMs - queuedAtMs, records, bytes);
    loader.answer(shard, () -> future.complete(summary));
  }

  private void fail(RuntimeException reason) {
    end();
    loader.answer(shard, () -> future.completeExceptionally(reason));
  }

  private void end() {
    ended = true;
    current = null;
    ahead = null;
    loader.onEnd(this);
  }

  private RuntimeException notLeading() {
    return new NotLeaderOrFollowerException(
        "Stopped loading " + shard + " because this node does not lead it.");
  }
}
