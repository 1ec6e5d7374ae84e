package io.millrace.benchmark.row;

import io.millrace.benchmark.proc.Meter;
import io.millrace.benchmark.proc.Usage;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A broker that was started, left alone, and watched while nobody asks it for anything.
final class IdleRow implements Row {
  @Override
  public String name() {
    return "idle";
  }

  @Override
  public String title() {
    return "memory and CPU of a broker that nobody uses, some seconds after its start";
  }

  @Override
  public boolean alone() {
    return true;
  }

  /// Waits, and moves little.
  @Override
  public int mostRuns() {
    return 2;
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    trial.broker().stop();
    trial.broker().start();
    rest(trial.scale().calmSeconds());
    Meter meter = trial.meter();
    rest(trial.scale().idleSeconds());
    Usage usage = trial.stop(meter);
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    values.put(Metric.RSS_MB, Trial.megabytesOfKb(usage.rssKb()));
    values.put(Metric.CPU_PERCENT, 100 * usage.brokerCpuSeconds() / usage.seconds());
    values.put(Metric.SWITCHES_PER_SECOND, usage.switches() / usage.seconds());
    return new Measurement(
        values, usage.foreign(), "watched for %.0f s".formatted(usage.seconds()));
  }

  private static void rest(double seconds) throws IOException {
    try {
      TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
