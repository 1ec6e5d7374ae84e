package io.millrace.benchmark.failover;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What was done to nodes, and when: tells what a gap fell together with. Used by one thread.
final class Chronicle {
  private static final long NANOS_PER_MS = 1_000_000;

  private record Event(long nanos, String what) {}

  private final List<Event> events = new ArrayList<>();

  void note(long nowNanos, String what) {
    events.add(new Event(nowNanos, what));
  }

  void clear() {
    events.clear();
  }

  /// The last event before the gap, and those within it, each with the milliseconds from it to the
  /// gap's beginning, or from that to it.
  String around(AckBook.Gap gap) {
    String before = "";
    StringBuilder within = new StringBuilder();
    for (Event event : events) {
      double ms = (event.nanos() - gap.fromNanos()) / (double) NANOS_PER_MS;
      if (ms <= 0) {
        before = String.format(Locale.ROOT, "%s %.0f ms before it", event.what(), -ms);
      } else if (ms <= gap.ms()) {
        within.append(String.format(Locale.ROOT, ", %s %.0f ms into it", event.what(), ms));
      }
    }
    String all = before + within;
    return all.startsWith(", ") ? all.substring(2) : all;
  }
}
