package io.millrace.acceptance.flights;

import static io.millrace.acceptance.harness.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.Suite;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each client writes the 20,000 flights and reads them back in a consumer group: all of them,
/// once, in order per key, and its commits are there. Another implementation reads the same topic
/// too, so that a fault which a client makes twice does not hide.
class FlightsTest {
  private static final int PARTITIONS = 6;

  @RegisterExtension static final Broker broker = Broker.judged();

  private static Path lines = Path.of("");

  @BeforeAll
  static void writeLines() {
    lines = Flights.asLines();
  }

  @ParameterizedTest
  @EnumSource
  void writesAllAndReadsThemBackInAGroup(FlightClient client) {
    String topic = broker.clients().topic("flights-" + client, PARTITIONS);
    String group = Suite.unique("group-" + client);

    client.write(broker.bootstrap(), topic, lines);
    List<Flights.Read> read = client.read(broker.bootstrap(), topic, group);

    assertAllOnceInOrder(read);
    assertThat(committedTotal(group)).isEqualTo(Flights.COUNT);
    assertAllOnceInOrder(
        broker.clients().readAll(topic).stream()
            .map(one -> new Flights.Read(one.partition(), one.offset(), one.key(), one.value()))
            .toList());
  }

  private static void assertAllOnceInOrder(List<Flights.Read> read) {
    assertThat(read).hasSize(Flights.COUNT);
    assertThat(Flights.valuesByKey(read)).isEqualTo(Flights.valuesByKey());
    assertThat(Flights.offsetsByPartition(read)).hasSize(PARTITIONS);
    Flights.offsetsByPartition(read)
        .forEach(
            (partition, offsets) -> assertThat(offsets).as("partition " + partition).isSorted());
  }

  private static long committedTotal(String group) {
    Map<TopicPartition, OffsetAndMetadata> committed =
        get(
            broker
                .clients()
                .admin()
                .listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata());
    return committed.values().stream().mapToLong(OffsetAndMetadata::offset).sum();
  }
}
