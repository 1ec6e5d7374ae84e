package io.millrace.log;

import io.millrace.runtime.World;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Closes all logs of a node, several at a time, then writes the checkpoints and the markers of a
/// clean shutdown: markers last, and only where every log could be closed. Used once.
final class DirectoryClose {

  private final World world;
  private final LogDirectoriesConfig config;
  private final LogDirectories owner;
  private final DirectoryCheckpoints checkpoints;

  private final Object guard = new Object();
  private final ArrayDeque<LogDirectories.Entry> toClose;
  private int running;
  private @Nullable IOException failure;

  DirectoryClose(
      World world,
      LogDirectoriesConfig config,
      LogDirectories owner,
      DirectoryCheckpoints checkpoints) {
    this.world = world;
    this.config = config;
    this.owner = owner;
    this.checkpoints = checkpoints;
    this.toClose = new ArrayDeque<>(owner.entries());
  }

  void run(long brokerEpoch, Consumer<@Nullable IOException> done) {
    int runners = Math.max(1, config.recoveryThreadsPerDir() * config.logDirs().size());
    synchronized (guard) {
      running = runners;
    }
    for (int i = 0; i < runners; i++) {
      world.workers().execute(() -> drain(brokerEpoch, done));
    }
  }

  private void drain(long brokerEpoch, Consumer<@Nullable IOException> done) {
    for (LogDirectories.Entry entry = next(); entry != null; entry = next()) {
      try {
        close(entry);
      } catch (IOException e) {
        owner.fail(entry.hosted.directory(), e);
        note(e);
      }
    }
    synchronized (guard) {
      if (--running > 0) {
        return;
      }
    }
    List<LogDirectory> online =
        owner.directories().stream().filter(LogDirectory::isOnline).toList();
    for (LogDirectory directory : online) {
      try {
        // The folders' own entries, which the logs have left to this.
        world.disk().syncDirectory(directory.path());
        checkpoints.write(directory);
        CleanShutdown.mark(world.disk(), directory.path(), brokerEpoch);
      } catch (IOException e) {
        note(e);
      }
    }
    done.accept(failure);
  }

  private static void close(LogDirectories.Entry entry) throws IOException {
    LogOwner guardian = entry.owner;
    if (guardian == null) {
      entry.hosted.log().close(false);
    } else {
      guardian.guarded(log -> log.close(false));
    }
  }

  private LogDirectories.@Nullable Entry next() {
    synchronized (guard) {
      return toClose.poll();
    }
  }

  private void note(IOException e) {
    synchronized (guard) {
      failure = e;
    }
  }
}
