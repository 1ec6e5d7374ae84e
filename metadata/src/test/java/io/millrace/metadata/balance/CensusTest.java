package io.millrace.metadata.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/// What is made of the brokers' answers.
class CensusTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
  private static final long SECOND = 1_000_000_000;

  private final TrafficMeter meter = new TrafficMeter();

  @Test
  void theLargestReplicaIsThePartitionsSize() {
    Census census =
        Census.of(Map.of(1, answer(directory(500)), 2, answer(directory(700))), 0, meter);

    assertThat(census.bytes(ORDERS)).isEqualTo(700);
    assertThat(census.bytes(new TopicPartition("orders", 1))).isZero();
    assertThat(census.disk(1)).isEqualTo(new Volume(10_000, 4_000));
    assertThat(census.disk(3)).isEqualTo(Volume.UNKNOWN);
  }

  @Test
  void copiesUnderWayAndDeadDirectoriesDoNotCount() {
    DescribeLogDirsResult copy = directory(900);
    copy.topics().getFirst().partitions().getFirst().setIsFutureKey(true);
    DescribeLogDirsResult dead = directory(900).setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());

    Census census = Census.of(Map.of(1, answer(directory(500), copy, dead)), 0, meter);

    assertThat(census.bytes(ORDERS)).isEqualTo(500);
    assertThat(census.disk(1)).isEqualTo(new Volume(10_000, 4_000));
  }

  @Test
  void twoLooksTellTheTraffic() {
    Census.of(Map.of(1, answer(directory(500))), 0, meter);
    Census later = Census.of(Map.of(1, answer(directory(1_500))), 10 * SECOND, meter);

    assertThat(later.bytesPerSecond().applyAsLong(ORDERS)).isEqualTo(100);
  }

  private static DescribeLogDirsResponseData answer(DescribeLogDirsResult... directories) {
    return new DescribeLogDirsResponseData().setResults(List.of(directories));
  }

  private static DescribeLogDirsResult directory(long size) {
    return new DescribeLogDirsResult()
        .setTotalBytes(10_000)
        .setUsableBytes(4_000)
        .setTopics(
            List.of(
                new DescribeLogDirsTopic()
                    .setName("orders")
                    .setPartitions(
                        List.of(
                            new DescribeLogDirsPartition()
                                .setPartitionIndex(0)
                                .setPartitionSize(size)))));
  }
}
