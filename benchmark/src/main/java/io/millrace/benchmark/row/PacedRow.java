package io.millrace.benchmark.row;

import io.millrace.benchmark.load.Ledger;
import io.millrace.benchmark.load.Outcome;
import io.millrace.benchmark.load.PacedLoad;
import io.millrace.benchmark.proc.Meter;
import io.millrace.benchmark.proc.Usage;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import io.millrace.benchmark.wire.Payload;
import java.io.IOException;
import java.util.Map;

/// A producer at a fixed rate and a consumer at the tail of six partitions; latencies from when a
/// batch was due to its arrival at the consumer.
final class PacedRow implements Row {
  private final String name;
  private final String title;
  private final Payload payload;
  private final double batchesPerSecond;

  PacedRow(String name, String title, Payload payload, double batchesPerSecond) {
    this.name = name;
    this.title = title;
    this.payload = payload;
    this.batchesPerSecond = batchesPerSecond;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    Topic topic = Topic.create(trial, name, ProduceRow.PARTITIONS);
    Ledger acknowledged = new Ledger(ProduceRow.PARTITIONS);
    Ledger read = new Ledger(ProduceRow.PARTITIONS);
    Outcome endToEnd;
    Usage usage;
    try (PacedLoad load = new PacedLoad(topic.address(), topic.id(), payload, acknowledged, read)) {
      load.run(batchesPerSecond, trial.scale().warmSeconds());
      Meter meter = trial.meter();
      endToEnd = load.run(batchesPerSecond, trial.scale().seconds()).endToEnd();
      usage = trial.stop(meter);
    }
    acknowledged.mustEqual(read);
    String checked = ReadBack.check(topic, acknowledged) + ", and by the consumer as they came";
    topic.delete();
    return new Measurement(values(endToEnd, usage), usage.foreign(), checked);
  }

  private Map<Metric, Double> values(Outcome outcome, Usage usage) {
    Map<Metric, Double> values =
        Trial.costs(usage, outcome.requests(), outcome.requests() * payload.valueBytes());
    if (payload.records() == 1) {
      values.remove(Metric.CPU_SECONDS_PER_GB);
    }
    values.put(
        Metric.RECORDS_PER_SECOND, outcome.requests() * payload.records() / outcome.seconds());
    values.put(Metric.CPU_PERCENT, 100 * usage.brokerCpuSeconds() / usage.seconds());
    values.put(Metric.P50_MS, outcome.millis(50));
    values.put(Metric.P90_MS, outcome.millis(90));
    values.put(Metric.P99_MS, outcome.millis(99));
    values.put(Metric.P999_MS, outcome.millis(99.9));
    return values;
  }
}
