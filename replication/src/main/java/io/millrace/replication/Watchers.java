package io.millrace.replication;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Who wants to hear when a partition moves on. Changed under the partition's guard; told from
/// anywhere, without it.
///
/// Watchers are told of every move. Alarms are told of the next one only: a fetch session that
/// knows a partition to be at its end wants no more, and where nobody asks for that session any
/// longer, its alarms cost a busy partition one call in all.
final class Watchers {

  /// Told once.
  @FunctionalInterface
  interface Alarm {
    /// The partition has moved on. Any thread, under no guard; short.
    void ring();
  }

  private static final ProgressWatcher[] NOBODY = {};
  private static final Alarm[] SILENCE = {};

  private volatile ProgressWatcher[] watching = NOBODY;

  /// Changed under this object's own guard, since who tells has no other.
  private volatile Alarm[] alarms = SILENCE;

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

  synchronized void arm(Alarm alarm) {
    Alarm[] more = Arrays.copyOf(alarms, alarms.length + 1);
    more[alarms.length] = alarm;
    alarms = more;
  }

  /// Any thread, also without the guard.
  synchronized void disarm(Alarm alarm) {
    ArrayList<Alarm> rest = new ArrayList<>(List.of(alarms));
    if (rest.remove(alarm)) {
      alarms = rest.isEmpty() ? SILENCE : rest.toArray(Alarm[]::new);
    }
  }

  int size() {
    return watching.length;
  }

  boolean isEmpty() {
    return watching.length == 0 && alarms.length == 0;
  }

  void signal() {
    for (ProgressWatcher watcher : watching) {
      watcher.signal();
    }
    if (alarms.length > 0) {
      for (Alarm alarm : takeAlarms()) {
        alarm.ring();
      }
    }
  }

  private synchronized Alarm[] takeAlarms() {
    Alarm[] armed = alarms;
    alarms = SILENCE;
    return armed;
  }
}
