package io.millrace.replication;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Who wants to hear when a partition moves on. Changed under the partition's guard; told from
/// anywhere, without it.
final class Watchers {

  private static final ProgressWatcher[] NOBODY = {};

  private volatile ProgressWatcher[] watching = NOBODY;

  void add(ProgressWatcher watcher) {
    ProgressWatcher[] more = Arrays.copyOf(watching, watching.length + 1);
    more[watching.length] = watcher;
    watching = more;
  }

  void remove(ProgressWatcher watcher) {
    ArrayList<ProgressWatcher> rest = new ArrayList<>(List.of(watching));
    if (rest.remove(watcher)) {
      watching = rest.isEmpty() ? NOBODY : rest.toArray(ProgressWatcher[]::new);
    }
  }

  boolean isEmpty() {
    return watching.length == 0;
  }

  void signal() {
    for (ProgressWatcher watcher : watching) {
      watcher.signal();
    }
  }
}
