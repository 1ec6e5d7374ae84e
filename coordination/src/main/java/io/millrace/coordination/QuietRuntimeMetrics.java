package io.millrace.coordination;

import java.util.function.Supplier;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime.CoordinatorState;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntimeMetrics;

/// Records nothing: Kafka's own take several locks and histograms an event, which is more than the
/// event itself. What people watch of groups is in `GroupCoordinatorMetrics`, which is kept.
final class QuietRuntimeMetrics implements CoordinatorRuntimeMetrics {
  @Override
  public void recordPartitionStateChange(CoordinatorState from, CoordinatorState to) {}

  @Override
  public void recordPartitionLoadSensor(long startTimeMs, long endTimeMs) {}

  @Override
  public void recordEventQueueTime(long durationMs) {}

  @Override
  public void recordEventProcessingTime(long durationMs) {}

  @Override
  public void recordEventPurgatoryTime(long durationMs) {}

  @Override
  public void recordLingerTime(long durationMs) {}

  @Override
  public void recordFlushTime(long durationMs) {}

  @Override
  public void recordThreadIdleTime(double idleTimeMs) {}

  @Override
  public void recordBackgroundQueueTime(long durationMs) {}

  @Override
  public void recordBackgroundProcessingTime(long durationMs) {}

  @Override
  public void recordBackgroundThreadBusyTime(double busyTimeMs) {}

  @Override
  public void registerEventQueueSizeGauge(Supplier<Integer> size) {}

  @Override
  public void registerBufferCacheSizeGauge(Supplier<Long> size) {}

  @Override
  public void recordBufferCacheDiscarded() {}

  @Override
  public void close() {}
}
