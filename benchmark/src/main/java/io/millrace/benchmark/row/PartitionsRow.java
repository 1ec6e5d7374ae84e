package io.millrace.benchmark.row;

import io.millrace.benchmark.load.ClosedLoop;
import io.millrace.benchmark.load.Ledger;
import io.millrace.benchmark.load.Limit;
import io.millrace.benchmark.proc.Meter;
import io.millrace.benchmark.proc.Usage;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import io.millrace.benchmark.wire.Payload;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/// Creates a topic of very many partitions and waits until each of them serves; then writes a
/// record to each and reads it back.
final class PartitionsRow implements Row {
  @Override
  public String name() {
    return "partitions";
  }

  @Override
  public String title() {
    return "a topic of 2,000 partitions (500 with --quick): until metadata names every leader, and"
        + " until every partition serves";
  }

  @Override
  public boolean warms() {
    return false;
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    int partitions = trial.scale().partitions();
    Meter meter = trial.meter();
    long begin = System.nanoTime();
    Topic topic =
        Topic.request(trial.broker().address(), name() + "-" + trial.number(), partitions);
    topic.awaitLed();
    double led = (System.nanoTime() - begin) / 1e9;
    topic.awaitServing();
    double serving = (System.nanoTime() - begin) / 1e9;
    Usage usage = trial.stop(meter);
    Ledger acknowledged = new Ledger(partitions);
    try (ClosedLoop loop = ProduceRow.loop(topic, acknowledged, Payload.random(100, 1), 1, 1)) {
      loop.run(new Limit(partitions, Duration.ofMinutes(1)));
    }
    String checked = ReadBack.check(topic, acknowledged);
    topic.delete();
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    values.put(Metric.METADATA_SECONDS, led);
    values.put(Metric.SECONDS, serving);
    values.put(Metric.CPU_SECONDS, usage.brokerCpuSeconds());
    values.put(Metric.PEAK_RSS_MB, Trial.megabytesOfKb(usage.peakRssKb()));
    return new Measurement(values, usage.foreign(), checked);
  }
}
