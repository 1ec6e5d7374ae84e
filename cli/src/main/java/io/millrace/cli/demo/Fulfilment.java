package io.millrace.cli.demo;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/// A member of the group that fulfils orders: notes each one in the ledger, then commits.
final class Fulfilment implements Runnable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<String, String> consumer;
  private final OrderLedger ledger;
  private volatile boolean closing;

  Fulfilment(String bootstrap, int member, OrderLedger ledger) {
    this.ledger = ledger;
    this.consumer =
        new KafkaConsumer<>(
            Map.ofEntries(
                Map.entry("bootstrap.servers", bootstrap),
                Map.entry("client.id", "fulfilment-" + member),
                Map.entry("group.id", "fulfilment"),
                Map.entry("auto.offset.reset", "earliest"),
                Map.entry("enable.auto.commit", "false"),
                Map.entry("retry.backoff.ms", "20"),
                Map.entry("retry.backoff.max.ms", "100"),
                Map.entry("reconnect.backoff.ms", "20"),
                Map.entry("reconnect.backoff.max.ms", "100"),
                Map.entry("request.timeout.ms", "2000"),
                Map.entry("default.api.timeout.ms", "10000"),
                Map.entry("fetch.max.wait.ms", "100"),
                Map.entry("enable.metrics.push", "false")),
            new StringDeserializer(),
            new StringDeserializer());
  }

  @Override
  public void run() {
    try (consumer) {
      consumer.subscribe(List.of(DemoTopic.NAME));
      while (!closing) {
        ConsumerRecords<String, String> orders = consumer.poll(POLL);
        for (ConsumerRecord<String, String> order : orders) {
          ledger.arrive(order.partition(), order.offset(), order.key(), number(order.value()));
        }
        if (!orders.isEmpty()) {
          commit();
        }
      }
    } catch (WakeupException _) {
      // The end.
    }
  }

  /// A commit that fails is made up for by the next one.
  private void commit() {
    try {
      consumer.commitSync();
    } catch (RetriableException | org.apache.kafka.clients.consumer.CommitFailedException _) {
      // The group was shuffled, or its coordinator is moving: what is read again is recognised.
    }
  }

  private static int number(String order) {
    int at = order.indexOf("\"number\":") + "\"number\":".length();
    return Integer.parseInt(order.substring(at, order.indexOf(',', at)));
  }

  void close() {
    closing = true;
  }
}
