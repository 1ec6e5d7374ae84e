package io.millrace.log;

import io.millrace.runtime.Workers;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Group commit: while a log is being synced, everything appended to it meanwhile waits for the
/// next sync, together. A few logs are synced at a time, since one journal commit of the file
/// system can serve several. A monitor.
final class FlushQueue {

  private static final int RUNNERS = 4;

  private final Workers workers;
  private final LogDirectories directories;
  private final Object guard = new Object();
  private final Set<TopicPartition> waiting = new LinkedHashSet<>();
  private final Set<TopicPartition> underWay = new LinkedHashSet<>();
  private int runners;

  FlushQueue(Workers workers, LogDirectories directories) {
    this.workers = workers;
    this.directories = directories;
  }

  /// Any thread; does not wait.
  void request(TopicPartition partition) {
    synchronized (guard) {
      waiting.add(partition);
      if (runners == RUNNERS || underWay.contains(partition)) {
        return;
      }
      runners++;
    }
    workers.execute(this::run);
  }

  private void run() {
    for (TopicPartition next = take(); next != null; next = take()) {
      try {
        flush(directories.entry(next));
      } finally {
        synchronized (guard) {
          underWay.remove(next);
        }
      }
    }
  }

  /// The next log that nobody is syncing; null ends the runner.
  private @Nullable TopicPartition take() {
    synchronized (guard) {
      for (Iterator<TopicPartition> all = waiting.iterator(); all.hasNext(); ) {
        TopicPartition next = all.next();
        if (!underWay.contains(next)) {
          all.remove();
          underWay.add(next);
          return next;
        }
      }
      runners--;
      return null;
    }
  }

  private void flush(LogDirectories.@Nullable Entry entry) {
    if (entry == null) {
      return;
    }
    try {
      flush(entry, false);
    } catch (IOException e) {
      directories.fail(entry.hosted.directory(), e);
    }
  }

  /// Syncs one log, off its guard, never twice at a time and never while its folder is renamed.
  /// Blocks.
  static void flush(LogDirectories.Entry entry, boolean full) throws IOException {
    synchronized (entry.upkeep) {
      if (!entry.gone) {
        flushExclusively(entry, full);
      }
    }
  }

  private static void flushExclusively(LogDirectories.Entry entry, boolean full)
      throws IOException {
    LogOwner owner = entry.owner;
    if (owner == null) {
      return;
    }
    FlushTicket[] ticket = new FlushTicket[1];
    owner.guarded(log -> ticket[0] = log.prepareFlush(full));
    FlushTicket taken = ticket[0];
    if (taken == null) {
      return;
    }
    taken.run();
    owner.guarded(log -> {
      log.completeFlush(taken);
      owner.onFlushed(log);
    });
  }
}
