package io.millrace.log;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.io.IOException;

/// What log directories need done regularly: flushes that are due, a background flush so that
/// recovery stays short, checkpoints, retention. Timed on one loop, done on workers, each duty
/// never twice at a time.
final class DirectoryDuties {

  /// Topics with `flush.ms` are looked at this often, if not more often.
  private static final long MAX_FLUSH_LOOK_MS = 1_000;

  /// Kafka's `log.initial.task.delay.ms`: the node has better things to do when it starts.
  private static final long INITIAL_DELAY_MS = 30_000;

  private final World world;
  private final LogDirectoriesConfig config;
  private final LogDirectories owner;
  private final DirectoryCheckpoints checkpoints;
  private final FolderRemoval removal;
  private volatile boolean stopped;

  DirectoryDuties(
      World world,
      LogDirectoriesConfig config,
      LogDirectories owner,
      DirectoryCheckpoints checkpoints,
      FolderRemoval removal) {
    this.world = world;
    this.config = config;
    this.owner = owner;
    this.checkpoints = checkpoints;
    this.removal = removal;
  }

  void start(EventLoop loop) {
    removal.start(loop);
    long flushLookMs = Math.min(config.flushSchedulerIntervalMs(), MAX_FLUSH_LOOK_MS);
    every(loop, flushLookMs, flushLookMs, this::flushDue);
    every(
        loop,
        config.backgroundFlushIntervalMs(),
        config.backgroundFlushIntervalMs(),
        this::flushBehind);
    long checkpointMs =
        Math.min(config.checkpointIntervalMs(), config.startOffsetCheckpointIntervalMs());
    every(loop, checkpointMs, checkpointMs, this::checkpoint);
    long watermarkMs = config.highWatermarkCheckpointIntervalMs();
    every(loop, watermarkMs, watermarkMs, this::checkpointHighWatermarks);
    long producersMs = config.producerExpirationCheckIntervalMs();
    every(loop, producersMs, producersMs, this::expireProducers);
    long retentionMs = config.retentionCheckIntervalMs();
    every(loop, Math.min(INITIAL_DELAY_MS, retentionMs), retentionMs, this::retain);
  }

  void stop() {
    stopped = true;
  }

  private void every(EventLoop loop, long firstMs, long thenMs, Runnable duty) {
    loop.schedule(
        firstMs * 1_000_000L,
        () -> {
          if (!stopped) {
            world
                .workers()
                .execute(() -> {
                  try {
                    duty.run();
                  } finally {
                    loop.execute(() -> every(loop, thenMs, thenMs, duty));
                  }
                });
          }
        });
  }

  /// A step for one log; an I/O error takes its directory offline.
  @FunctionalInterface
  private interface Step {
    void on(LogDirectories.Entry entry) throws IOException;
  }

  private void eachLog(Step step) {
    for (LogDirectories.Entry entry : owner.entries()) {
      if (stopped) {
        return;
      }
      try {
        step.on(entry);
      } catch (IOException e) {
        owner.fail(entry.hosted.directory(), e);
      }
    }
  }

  private void flushDue() {
    long now = world.clock().wallMs();
    eachLog(entry -> {
      LogOwner guardian = entry.owner;
      if (guardian == null) {
        return;
      }
      boolean[] due = new boolean[2];
      guardian.guarded(log -> {
        due[0] = log.unflushedMessages() > 0 && now - log.lastFlushedMs() >= log.config().flushMs();
        due[1] = log.fullFlushDue();
      });
      if (due[0] || due[1]) {
        FlushQueue.flush(entry, due[1]);
      }
    });
  }

  private void flushBehind() {
    eachLog(entry -> {
      LogOwner guardian = entry.owner;
      if (guardian == null) {
        return;
      }
      boolean[] behind = new boolean[1];
      guardian.guarded(log -> behind[0] = log.needsFullFlush());
      if (behind[0]) {
        FlushQueue.flush(entry, true);
      }
    });
    checkpoint();
  }

  private void checkpoint() {
    eachDirectory(checkpoints::write);
  }

  private void checkpointHighWatermarks() {
    eachDirectory(checkpoints::writeHighWatermarks);
  }

  /// A step for one directory; an I/O error takes it offline.
  @FunctionalInterface
  private interface DirectoryStep {
    void on(LogDirectory directory) throws IOException;
  }

  private void eachDirectory(DirectoryStep step) {
    for (LogDirectory directory : owner.directories()) {
      if (directory.isOnline()) {
        try {
          step.on(directory);
        } catch (IOException e) {
          owner.fail(directory, e);
        }
      }
    }
  }

  private void retain() {
    long now = world.clock().wallMs();
    eachLog(entry -> {
      LogOwner guardian = entry.owner;
      if (guardian == null) {
        return;
      }
      guardian.guarded(log -> {
        RetentionResult result = log.applyRetention(now, guardian.highWatermark());
        if (!result.files().isEmpty()) {
          removal.removeFiles(
              entry.hosted.directory(), result.files(), log.config().fileDeleteDelayMs());
        }
      });
    });
  }

  private void expireProducers() {
    long now = world.clock().wallMs();
    eachLog(entry -> {
      LogOwner guardian = entry.owner;
      if (guardian != null) {
        guardian.guarded(log -> log.producers().removeExpired(now));
      }
    });
  }
}
