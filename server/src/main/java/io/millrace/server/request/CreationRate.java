package io.millrace.server.request;

import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.stats.Rate;

/// Connections a second, measured as Kafka measures quotas: over `quota.window.num` windows of
/// `quota.window.size.seconds`. Belongs to the guard of its [ConnectionGate].
final class CreationRate {

  private final Rate rate = new Rate();
  private final MetricConfig windows;
  private final long longestWaitMs;

  /// @param windowCount `quota.window.num`
  /// @param windowSeconds `quota.window.size.seconds`, which is the longest wait too
  CreationRate(int windowCount, int windowSeconds) {
    windows = new MetricConfig().samples(windowCount).timeWindow(windowSeconds, TimeUnit.SECONDS);
    longestWaitMs = TimeUnit.SECONDS.toMillis(windowSeconds);
  }

  /// Counts one connection.
  ///
  /// @return milliseconds until the rate is back at `limit`, if nobody else comes
  long record(long nowMs, int limit) {
    rate.record(windows, 1, nowMs);
    double measured = rate.measure(windows, nowMs);
    if (measured <= limit) {
      return 0;
    }
    double excess = (measured - limit) / limit;
    return Math.min(longestWaitMs, Math.round(excess * rate.windowSize(windows, nowMs)));
  }

  /// Takes one back that was not let in after all.
  void undo(long nowMs) {
    rate.record(windows, -1, nowMs);
  }
}
