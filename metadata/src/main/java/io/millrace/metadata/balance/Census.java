package io.millrace.metadata.balance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.Errors;

/// What the brokers' disks hold, which the metadata does not tell.
///
/// @param disks by broker id
/// @param bytes the size of each partition's largest replica
/// @param bytesPerSecond what is written to a partition, 0 where nobody knows
record Census(
    Map<Integer, Volume> disks,
    Map<TopicPartition, Long> bytes,
    ToLongFunction<TopicPartition> bytesPerSecond) {

  /// One that knows nothing.
  static final Census NONE = new Census(Map.of(), Map.of(), _ -> 0);

  /// The same with other disks.
  Census withDisks(Map<Integer, Volume> others) {
    return new Census(others, bytes, bytesPerSecond);
  }

  Volume disk(int broker) {
    return disks.getOrDefault(broker, Volume.UNKNOWN);
  }

  /// The size of one replica, 0 where nobody knows.
  long bytes(TopicPartition partition) {
    return bytes.getOrDefault(partition, 0L);
  }

  /// Puts answers together. Copies that are on their way to another directory are left out, and so
  /// are directories that are offline.
  ///
  /// @param answers by broker id
  /// @param meter takes the sizes as a sample
  static Census of(
      Map<Integer, DescribeLogDirsResponseData> answers, long nowNanos, TrafficMeter meter) {
    Map<Integer, Volume> disks = new TreeMap<>();
    Map<TopicPartition, Long> bytes = new LinkedHashMap<>();
    answers.forEach((id, answer) -> {
      List<Volume> directories = new ArrayList<>();
      for (DescribeLogDirsResult directory : answer.results()) {
        if (directory.errorCode() == Errors.NONE.code()) {
          directories.add(new Volume(directory.totalBytes(), directory.usableBytes()));
          directory.topics().forEach(topic -> count(topic, bytes));
        }
      }
      disks.put(id, Volume.of(directories));
    });
    meter.sample(nowNanos, bytes);
    return new Census(disks, bytes, meter::bytesPerSecond);
  }

  private static void count(DescribeLogDirsTopic topic, Map<TopicPartition, Long> bytes) {
    for (DescribeLogDirsPartition replica : topic.partitions()) {
      if (!replica.isFutureKey() && replica.partitionSize() >= 0) {
        bytes.merge(
            new TopicPartition(topic.name(), replica.partitionIndex()),
            replica.partitionSize(),
            Math::max);
      }
    }
  }
}
