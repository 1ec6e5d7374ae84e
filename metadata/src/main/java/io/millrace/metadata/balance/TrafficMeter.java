package io.millrace.metadata.balance;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/// What is written to each partition a second, from how its size grows between two looks.
///
/// Where a size has shrunk, records were deleted meanwhile and nothing is learnt: what was known
/// stays. Deletions come by whole segments and seldom (`log.retention.check.interval.ms`), so that
/// the other looks tell the truth of a topic that is as large as it may become. Later looks count
/// as much as all earlier ones together, so that one quiet or one wild minute moves nothing.
///
/// What consumers read is not seen; what followers fetch is proportional to what is written.
/// Mutable; belongs to whoever looks.
public final class TrafficMeter {

  private static final long SHORTEST_NANOS = 1_000_000_000;

  private Map<TopicPartition, Long> sizes = Map.of();
  private long sampledNanos;
  private final Map<TopicPartition, Long> rates = new LinkedHashMap<>();

  /// Takes the sizes of all partitions at one moment. Too soon after the last ones they are passed
  /// over.
  ///
  /// @param bytes the size of each partition's largest replica
  public void sample(long nowNanos, Map<TopicPartition, Long> bytes) {
    long elapsed = nowNanos - sampledNanos;
    if (!sizes.isEmpty() && elapsed < SHORTEST_NANOS) {
      return;
    }
    rates.keySet().retainAll(bytes.keySet());
    bytes.forEach((partition, size) -> {
      Long before = sizes.get(partition);
      if (before != null && size >= before) {
        long rate = (long) ((size - before) * 1e9 / elapsed);
        rates.merge(partition, rate, (known, now) -> (known + now) / 2);
      }
    });
    sizes = Map.copyOf(bytes);
    sampledNanos = nowNanos;
  }

  /// 0 where nothing is known.
  public long bytesPerSecond(TopicPartition partition) {
    return rates.getOrDefault(partition, 0L);
  }
}
