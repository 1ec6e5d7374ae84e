package io.millrace.benchmark.row;

import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.load.LoadException;
import io.millrace.benchmark.proc.Meter;
import io.millrace.benchmark.proc.Usage;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/// A clean restart of a broker with one small topic: from the exec of the JVM to the first Metadata
/// answer that names a leader for every partition.
final class StartRow implements Row {
  private static final long RECORDS_BYTES = 1 << 20;

  private final Map<BrokerUnderTest, Filled> filled = new HashMap<>();

  @Override
  public String name() {
    return "start";
  }

  @Override
  public String title() {
    return "clean restart, from exec of the JVM to the first complete Metadata answer";
  }

  @Override
  public boolean alone() {
    return true;
  }

  @Override
  public void prepare(Trial trial) throws IOException {
    trial.broker().ensureRunning();
    filled.put(trial.broker(), Filled.with(trial, name(), ProduceRow.PARTITIONS, RECORDS_BYTES));
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    trial.broker().stop();
    Meter meter = Meter.startUnborn(trial.others());
    BrokerUnderTest.Start start = trial.broker().start();
    Usage usage = trial.stop(meter);
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    values.put(Metric.SECONDS, start.seconds());
    values.put(Metric.CPU_SECONDS, start.cpuSeconds());
    values.put(Metric.RSS_MB, Trial.megabytesOfKb(usage.rssKb()));
    Filled data = filled.get(trial.broker());
    if (data == null) {
      throw new LoadException("not prepared");
    }
    data.topic().awaitServing();
    return new Measurement(
        values, usage.foreign(), ReadBack.check(data.topic(), data.acknowledged()));
  }

  @Override
  public void finish(Trial trial) throws IOException {
    Filled data = filled.remove(trial.broker());
    if (data != null) {
      trial.broker().ensureRunning();
      data.topic().delete();
    }
  }
}
