package io.millrace.benchmark.row;

import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.proc.Meter;
import io.millrace.benchmark.proc.Usage;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/// Fills a topic of many partitions, kills the broker with SIGKILL and starts it again, until every
/// partition has a leader and answers with the offset behind its last acknowledged record. The page
/// cache survives, as it does when only the process dies.
final class RestartRow implements Row {
  @Override
  public String name() {
    return "restart";
  }

  @Override
  public String title() {
    return "kill -9 with 2,000 partitions and 10 GB just written (500 and 128 MiB with --quick), and"
        + " restart until every partition serves";
  }

  @Override
  public boolean alone() {
    return true;
  }

  /// It writes and reads 10 GB.
  @Override
  public int mostRuns() {
    return 1;
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    BrokerUnderTest broker = trial.broker();
    broker.ensureRunning();
    Filled data =
        Filled.with(trial, name(), trial.scale().partitions(), trial.scale().restartBytes());
    broker.kill();
    Meter meter = Meter.startUnborn(trial.others());
    long begin = System.nanoTime();
    BrokerUnderTest.Start start = broker.start();
    data.topic().awaitServing(data.acknowledged());
    double seconds = (System.nanoTime() - begin) / 1e9;
    Usage usage = trial.stop(meter);
    String checked = ReadBack.check(data.topic(), data.acknowledged());
    data.topic().delete();
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    values.put(Metric.METADATA_SECONDS, start.seconds());
    values.put(Metric.SECONDS, seconds);
    values.put(Metric.CPU_SECONDS, usage.brokerCpuSeconds());
    values.put(Metric.PEAK_RSS_MB, Trial.megabytesOfKb(usage.peakRssKb()));
    return new Measurement(values, usage.foreign(), checked);
  }
}
