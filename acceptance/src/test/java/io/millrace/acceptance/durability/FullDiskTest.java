package io.millrace.acceptance.durability;

import static io.millrace.acceptance.harness.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.NodeInPlace;
import io.millrace.acceptance.harness.NodeInPlace.Software;
import io.millrace.acceptance.harness.OnlyMillrace;
import io.millrace.acceptance.harness.SmallDisk;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.junit.jupiter.api.Test;

/// A real file system with no room left: writers are told to try again, readers read on, and with
/// room there is again, writing goes on by itself. What was acknowledged is there, also after a
/// kill. (Kafka takes the log directory offline, and with its last one the broker ends.)
@OnlyMillrace
class FullDiskTest {

  private static final int PARTITIONS = 3;
  private static final Duration PAUSE = Duration.ofMillis(2);

  @Test
  void writersWaitAndReadersReadWhileItLasts() {
    try (SmallDisk disk = SmallDisk.ofMebibytes(48);
        NodeInPlace node = new NodeInPlace(1).on(disk).with("log.segment.delete.delay.ms", "500")) {
      node.start(Software.MILLRACE);
      Clients clients = node.clients();
      String topic = clients.topic("kept", PARTITIONS);
      String other = clients.topic("in-the-way", 1, Map.of("segment.bytes", "4194304"));
      try (NumberedRecords records = new NumberedRecords(clients, topic, PARTITIONS, PAUSE)) {
        Await.untilTrue("records flow", () -> records.acknowledgedCount() > 300);
        int stored = fill(clients, other);

        records.checkAcknowledged();
        assertThat(clients.readAll(other)).hasSize(stored);
        assertThat(node.output()).contains("full");

        get(clients.admin().deleteTopics(List.of(other)).all());
        long before = records.acknowledgedCount();
        Await.untilTrue("records flow again", () -> records.acknowledgedCount() > before + 300);
        node.kill();
        node.start(Software.MILLRACE);
        records.finish();
        records.checkAllOnceAndInOrder();
      }
      node.stop();
    }
  }

  /// Writes until not even a small record has room, and returns how many were acknowledged.
  private static int fill(Clients clients, String topic) {
    int stored = 0;
    try (Producer<String, String> producer =
        clients.producer("enable.idempotence", false, "retries", 0, "linger.ms", 0)) {
      for (int size = 256 << 10; size > 0; size /= 16) {
        ProducerRecord<String, String> record = new ProducerRecord<>(topic, "x".repeat(size));
        Throwable refusal = null;
        while (refusal == null) {
          try {
            producer.send(record).get();
            stored++;
          } catch (ExecutionException e) {
            refusal = e.getCause();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        }
        assertThat(refusal).isInstanceOf(RetriableException.class);
      }
    }
    return stored;
  }
}
