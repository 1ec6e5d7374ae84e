package io.millrace.cli.demo;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/// A shop: places orders of its customers at a steady rate, with an idempotent producer and
/// `acks=all`. Its customers are its own, so that the order of a customer's orders is well defined.
/// One shop sends to one partition, so that each partition's gaps show.
final class Shop implements Runnable {
  private static final int CUSTOMERS = 20;

  private final int partition;
  private final KafkaProducer<String, String> producer;
  private final OrderLedger ledger;
  private final AckGaps gaps;
  private final long intervalNanos;
  private volatile boolean closing;

  Shop(String bootstrap, int partition, int perSecond, OrderLedger ledger, AckGaps gaps) {
    this.partition = partition;
    this.ledger = ledger;
    this.gaps = gaps;
    this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.producer =
        new KafkaProducer<>(
            Map.ofEntries(
                Map.entry("bootstrap.servers", bootstrap),
                Map.entry("client.id", "shop-" + partition),
                Map.entry("acks", "all"),
                Map.entry("enable.idempotence", "true"),
                Map.entry("linger.ms", "0"),
                Map.entry("retry.backoff.ms", "20"),
                Map.entry("retry.backoff.max.ms", "100"),
                Map.entry("reconnect.backoff.ms", "20"),
                Map.entry("reconnect.backoff.max.ms", "100"),
                Map.entry("request.timeout.ms", "1000"),
                Map.entry("socket.connection.setup.timeout.ms", "500"),
                Map.entry("delivery.timeout.ms", "60000"),
                Map.entry("enable.metrics.push", "false")),
            new StringSerializer(),
            new StringSerializer());
  }

  @Override
  public void run() {
    long next = System.nanoTime();
    for (int i = 0; !closing; i++) {
      String customer = "customer-" + partition + "-" + i % CUSTOMERS;
      int number = ledger.place(customer);
      String order =
          "{\"customer\":\""
              + customer
              + "\",\"number\":"
              + number
              + ",\"cents\":"
              + i % 10_000
              + "}";
      producer.send(
          new ProducerRecord<>(DemoTopic.NAME, partition, customer, order),
          (_, failure) -> {
            if (failure == null) {
              gaps.onAck(partition, System.nanoTime());
              ledger.acknowledge(customer, number);
            }
          });
      next += intervalNanos;
      LockSupport.parkNanos(next - System.nanoTime());
    }
    producer.close();
  }

  /// Takes no more orders; [#run] ends when all that were placed are answered.
  void close() {
    closing = true;
  }
}
