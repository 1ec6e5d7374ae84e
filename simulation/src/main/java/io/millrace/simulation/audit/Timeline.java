package io.millrace.simulation.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/// What happened in a run, as lines that a person can read. Keeps the last ones.
public final class Timeline {

  private static final int MOST_LINES = 5_000;

  private final LongSupplier nanos;
  private final List<String> lines = new ArrayList<>();

  public Timeline(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// Adds a line with the virtual time before it.
  public void tell(String who, String what) {
    if (lines.size() >= MOST_LINES) {
      lines.subList(0, MOST_LINES / 2).clear();
    }
    lines.add(String.format(Locale.ROOT, "%9.4f s  %-9s %s", nanos.getAsLong() / 1e9, who, what));
  }

  public List<String> lines() {
    return List.copyOf(lines);
  }
}
