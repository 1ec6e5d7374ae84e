package io.millrace.replication;

import io.millrace.log.LogDirectories;
import io.millrace.log.LogDirectory;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Workers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Has raised log starts written down, so that no crash brings back what was deleted: one file a
/// log directory, replaced on a worker; what is asked for meanwhile goes with the next one. A
/// directory that is full is tried again.
///
/// A monitor; asked from any thread, under partitions' guards, too.
final class LogStarts {

  private static final long RETRY_NANOS = 1_000_000_000L;

  private final LogDirectories directories;
  private final Workers workers;
  private final EventLoop loop;
  private final Set<Partition> waiting = new LinkedHashSet<>();
  private boolean busy;

  /// @param loop times what is tried again
  LogStarts(LogDirectories directories, Workers workers, EventLoop loop) {
    this.directories = directories;
    this.workers = workers;
    this.loop = loop;
  }

  /// [Partition#onLogStartStored] tells when it is done. Does not wait.
  void request(Partition partition) {
    synchronized (this) {
      waiting.add(partition);
      if (busy) {
        return;
      }
      busy = true;
    }
    workers.execute(this::round);
  }

  private void round() {
    List<Partition> failed = new ArrayList<>();
    byDirectory(take())
        .forEach((directory, starts) -> {
          try {
            directories.storeLogStarts(directory);
            starts.forEach(Partition::onLogStartStored);
          } catch (IOException e) {
            directories.fail(directory, e);
            if (directory.isOnline()) {
              failed.addAll(starts.keySet());
            }
          }
        });
    boolean more;
    synchronized (this) {
      more = !waiting.isEmpty();
      busy = more;
    }
    if (more) {
      workers.execute(this::round);
    }
    if (!failed.isEmpty()) {
      loop.schedule(RETRY_NANOS, () -> failed.forEach(this::request));
    }
  }

  private synchronized List<Partition> take() {
    List<Partition> taken = List.copyOf(waiting);
    waiting.clear();
    return taken;
  }

  /// Each with its start before the file is written, which then has that or more.
  private static Map<LogDirectory, Map<Partition, Long>> byDirectory(List<Partition> partitions) {
    Map<LogDirectory, Map<Partition, Long>> starts = new LinkedHashMap<>();
    for (Partition partition : partitions) {
      starts
          .computeIfAbsent(partition.hosted().directory(), _ -> new LinkedHashMap<>())
          .put(partition, partition.logStartOffset());
    }
    return starts;
  }
}
