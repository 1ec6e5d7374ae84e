package io.millrace.server.metrics;

import io.millrace.log.scrub.ScrubFigures;
import io.millrace.server.metrics.Exposition.Kind;

/// What the scrub has read, and what it found. Kafka has nothing of the kind.
public final class RotFigures implements MetricSource {

  private final ScrubFigures figures;

  public RotFigures(ScrubFigures figures) {
    this.figures = figures;
  }

  @Override
  public void write(Exposition out) {
    counter(
        out, "batches", "Stored batches that were read again and are sound.", figures.batches());
    counter(out, "bytes", "Stored bytes that were read again.", figures.bytes());
    counter(out, "passes", "Times that all logs of this broker were read.", figures.passes());
    counter(out, "rotten", "Ranges of stored batches that were found rotten.", figures.rotten());
    counter(
        out,
        "repaired",
        "Rotten ranges that were written again from another replica.",
        figures.repaired());
    counter(out, "indexes", "Segments whose indexes were made anew.", figures.indexes());
  }

  private static void counter(Exposition out, String name, String help, long value) {
    out.single("millrace_scrub_" + name + "_total", Kind.COUNTER, help, value);
  }
}
