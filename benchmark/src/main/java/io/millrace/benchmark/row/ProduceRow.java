package io.millrace.benchmark.row;

import io.millrace.benchmark.load.ClosedLoop;
import io.millrace.benchmark.load.Ledger;
import io.millrace.benchmark.load.Limit;
import io.millrace.benchmark.load.Outcome;
import io.millrace.benchmark.load.ProduceTraffic;
import io.millrace.benchmark.proc.Meter;
import io.millrace.benchmark.proc.Usage;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import io.millrace.benchmark.wire.Payload;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Produce in a closed loop, acks=1, to a new topic of six partitions.
final class ProduceRow implements Row {
  static final int PARTITIONS = 6;

  private final String name;
  private final String title;
  private final Payload payload;
  private final int connections;
  private final int depth;

  ProduceRow(String name, String title, Payload payload, int connections, int depth) {
    this.name = name;
    this.title = title;
    this.payload = payload;
    this.connections = connections;
    this.depth = depth;
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
    Topic topic = Topic.create(trial, name, PARTITIONS);
    Ledger acknowledged = new Ledger(PARTITIONS);
    Outcome outcome;
    Usage usage;
    try (ClosedLoop loop = loop(topic, acknowledged, payload, connections, depth)) {
      loop.run(Limit.seconds(trial.scale().warmSeconds()));
      Meter meter = trial.meter();
      outcome = loop.run(limit(trial.scale()));
      usage = trial.stop(meter);
    }
    String checked = ReadBack.check(topic, acknowledged);
    topic.delete();
    return new Measurement(values(outcome, usage), usage.foreign(), checked);
  }

  /// Connections that send `payload` to all partitions of `topic`.
  static ClosedLoop loop(
      Topic topic, Ledger acknowledged, Payload payload, int connections, int depth) {
    List<ProduceTraffic> traffic = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      traffic.add(new ProduceTraffic(topic.id(), payload, i, acknowledged));
    }
    return new ClosedLoop(topic.address(), traffic, depth, ProduceTraffic.RECEIVE_BYTES);
  }

  private Limit limit(Scale scale) {
    return new Limit(
        scale.bulkBytes() / payload.batch().sizeInBytes(),
        Duration.ofMillis((long) (1000 * scale.seconds())));
  }

  private Map<Metric, Double> values(Outcome outcome, Usage usage) {
    long bytes = outcome.requests() * payload.valueBytes();
    Map<Metric, Double> values = Trial.costs(usage, outcome.requests(), bytes);
    if (payload.records() == 1) {
      values.remove(Metric.CPU_SECONDS_PER_GB);
    } else {
      values.put(Metric.MEGABYTES_PER_SECOND, Trial.megabytes(bytes) / outcome.seconds());
      values.put(
          Metric.RECORDS_PER_SECOND, outcome.requests() * payload.records() / outcome.seconds());
    }
    values.put(Metric.REQUESTS_PER_SECOND, outcome.requests() / outcome.seconds());
    values.put(Metric.P50_MS, outcome.millis(50));
    values.put(Metric.P99_MS, outcome.millis(99));
    return values;
  }
}
