package io.millrace.benchmark.row;

import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.proc.Meter;
import io.millrace.benchmark.proc.Usage;
import io.millrace.benchmark.report.Metric;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What a run gets: the broker, the size of the load, and the means to measure.
///
/// @param broker the broker under test
/// @param others process ids of brokers that run beside it
/// @param scale how much to do
/// @param number counts the runs of the whole comparison, for names that are not used twice
public record Trial(BrokerUnderTest broker, List<Long> others, Scale scale, int number) {
  private static final double GB = 1e9;
  private static final double MB = 1e6;
  private static final double KIB_PER_MB = MB / 1024;

  Meter meter() {
    return Meter.start(broker.pid(), others);
  }

  Usage stop(Meter meter) {
    return meter.stop(broker.pid());
  }

  /// What every loaded row reports: what the broker spent a request and a gigabyte of payload.
  public static Map<Metric, Double> costs(Usage usage, long requests, long payloadBytes) {
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    if (requests > 0) {
      values.put(Metric.CPU_MICROS_PER_REQUEST, usage.brokerCpuSeconds() * 1e6 / requests);
      values.put(Metric.SWITCHES_PER_REQUEST, usage.switches() / (double) requests);
      if (usage.allocatedBytes() != Usage.NOT_KNOWN) {
        values.put(Metric.ALLOCATED_PER_REQUEST, usage.allocatedBytes() / (double) requests);
      }
    }
    if (payloadBytes > 0) {
      values.put(Metric.CPU_SECONDS_PER_GB, usage.brokerCpuSeconds() / (payloadBytes / GB));
    }
    values.put(Metric.PEAK_RSS_MB, usage.peakRssKb() / KIB_PER_MB);
    values.put(Metric.CLIENT_CPU_PERCENT, 100 * usage.clientCpuSeconds() / usage.seconds());
    return values;
  }

  static double megabytes(long bytes) {
    return bytes / MB;
  }

  public static double megabytesOfKb(long kb) {
    return kb / KIB_PER_MB;
  }
}
