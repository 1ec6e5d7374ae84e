package io.millrace.coordination;

import io.millrace.coordination.DecodedSlice.Batch;
import io.millrace.coordination.DecodedSlice.Entry;
import io.millrace.runtime.EventLoop;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader.LoadSummary;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.jspecify.annotations.Nullable;

/// One shard coming up from its log.
///
/// ```
///  worker | read, decode 1 | read, decode 2 |              | read, decode 3 | ...
///  loop   |                | replay 1, in steps            | replay 2       | ...
/// ```
///
/// Reading blocks and decoding takes long, so both happen on a worker, one slice ahead of the
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
/// And where Kafka's stops short: a log whose start moves past the replay is followed there, and an
/// empty log that does not begin at zero leaves the shard at its end, so that the first write is
/// not taken for a gap.
final class LogReplay {
  /// About a quarter of a millisecond.
  private static final int RECORDS_A_STEP = 500;

  private static final long COMMIT_INTERVAL_OFFSETS = 16_384;

  private final ReplayLoader loader;
  private final TopicPartition shard;
  private final CoordinatorPlayback<CoordinatorRecord> playback;
  private final EventLoop loop;
  private final CompletableFuture<LoadSummary> future = new CompletableFuture<>();
  private final long queuedAtMs;

  /// Belongs to the worker that reads, of which there is one at a time.
  private final LogWindow window;

  private long startedAtMs;

  /// What is being replayed, from batch [#batchIndex] on; and what follows it, once it is there.
  private @Nullable DecodedSlice current;

  private @Nullable DecodedSlice ahead;
  private int batchIndex;

  /// There is nothing to read behind what a worker has handed over.
  private boolean allRead;

  private boolean ended;
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
    this.window = new LogWindow(loader.readBytes());
    this.queuedAtMs = loader.time().milliseconds();
    this.startedAtMs = queuedAtMs;
  }

  /// Completes on the shard's loop.
  CompletableFuture<LoadSummary> future() {
    return future;
  }

  void start() {
    loop.execute(() -> {
      startedAtMs = loader.time().milliseconds();
      CoordinatorLog log = loader.leading(shard);
      if (log == null) {
        fail(notLeading());
      } else {
        readFrom(log.logStartOffset());
      }
    });
  }

  // ---- on a worker ----

  private void readFrom(long offset) {
    loader
        .workers()
        .execute(() -> {
          Found found = find(offset);
          loop.execute(() -> onFound(found));
        });
  }

  private Found find(long offset) {
    if (loader.isClosed()) {
      return new Found.Nothing(
          new CoordinatorNotAvailableException("The coordinator is shutting down."));
    }
    CoordinatorLog log = loader.leading(shard);
    if (log == null) {
      return new Found.Nothing(notLeading());
    }
    try {
      // Asked first: what is decoded without regard to what follows must be committed already.
      long highWatermark = log.highWatermark();
      return window.fill(log, offset)
          ? new Found.Records(
              loader.decoder().decode(shard, window.bytes(), window.nextOffset(), highWatermark))
          : new Found.End(window.nextOffset());
    } catch (IOException e) {
      return new Found.Nothing(new KafkaStorageException("Cannot read " + shard, e));
    } catch (RuntimeException e) {
      return new Found.Nothing(e);
    }
  }

  /// What a worker brings back.
  private sealed interface Found {
    record Records(DecodedSlice slice) implements Found {}

    record End(long offset) implements Found {}

    record Nothing(RuntimeException reason) implements Found {}
  }

  // ---- on the shard's loop ----

  private void onFound(Found found) {
    if (ended) {
      return;
    }
    switch (found) {
      case Found.Records(var slice) -> {
        records += slice.records();
        bytes += slice.bytes();
        if (current == null) {
          begin(slice);
        } else {
          ahead = slice;
        }
      }
      case Found.End(var offset) -> {
        allRead = true;
        if (current == null) {
          finish(offset);
        }
      }
      case Found.Nothing(var reason) -> fail(reason);
    }
  }

  private void begin(DecodedSlice slice) {
    current = slice;
    batchIndex = 0;
    readFrom(slice.nextOffset());
    loop.execute(this::step);
  }

  private void step() {
    DecodedSlice slice = current;
    CoordinatorLog log = loader.leading(shard);
    if (ended || slice == null) {
      return;
    }
    if (log == null) {
      fail(notLeading());
      return;
    }
    try {
      replaySome(slice, log.highWatermark());
    } catch (RuntimeException e) {
      fail(new KafkaException("Cannot replay " + shard + " up to " + slice.nextOffset(), e));
      return;
    }
    if (batchIndex < slice.batches().size()) {
      loop.execute(this::step);
    } else {
      onReplayed(slice);
    }
  }

  private void onReplayed(DecodedSlice slice) {
    DecodedSlice next = ahead;
    current = null;
    ahead = null;
    if (next != null) {
      begin(next);
    } else if (allRead) {
      finish(slice.nextOffset());
    }
  }

  private void replaySome(DecodedSlice slice, long highWatermark) {
    int replayed = 0;
    while (batchIndex < slice.batches().size() && replayed < RECORDS_A_STEP) {
      Batch batch = slice.batches().get(batchIndex++);
      replayed += replay(batch);
      if (batch.nextOffset >= highWatermark
          || batch.nextOffset - committed >= COMMIT_INTERVAL_OFFSETS) {
        advanceTo(batch.nextOffset, highWatermark);
      }
    }
  }

  /// How many records it applied.
  private int replay(Batch batch) {
    if (batch.marker != null) {
      playback.replayEndTransactionMarker(batch.producerId, batch.producerEpoch, batch.marker);
    }
    for (Entry entry : batch.entries) {
      playback.replay(entry.offset(), batch.producerId, batch.producerEpoch, entry.record());
    }
    return batch.entries.size();
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

  private void finish(long logEndOffset) {
    CoordinatorLog log = loader.leading(shard);
    if (log == null) {
      fail(notLeading());
      return;
    }
    advanceTo(logEndOffset, log.highWatermark());
    end();
    future.complete(
        new LoadSummary(
            startedAtMs, loader.time().milliseconds(), startedAtMs - queuedAtMs, records, bytes));
  }

  private void fail(RuntimeException reason) {
    end();
    future.completeExceptionally(reason);
  }

  private void end() {
    ended = true;
    current = null;
    ahead = null;
    loader.onEnd();
  }

  private RuntimeException notLeading() {
    return new NotLeaderOrFollowerException(
        "Stopped loading " + shard + " because this node does not lead it.");
  }
}
