package io.millrace.cli.client;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/// Prints polled records up to a limit, and knows how far each partition was printed.
final class Printing {
  private final KafkaConsumer<?, ?> consumer;
  private final RecordPrinter printer;
  private final long limit;
  private final Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
  private long printed;

  Printing(KafkaConsumer<?, ?> consumer, RecordPrinter printer, long limit) {
    this.consumer = consumer;
    this.printer = printer;
    this.limit = limit;
  }

  /// Prints what was polled.
  ///
  /// @return how many records were printed of it
  int print(ConsumerRecords<byte[], byte[]> records) throws IOException {
    next.keySet().retainAll(consumer.assignment());
    int count = 0;
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (isFull()) {
        break;
      }
      printer.print(record);
      printed++;
      count++;
      next.put(
          new TopicPartition(record.topic(), record.partition()),
          new OffsetAndMetadata(record.offset() + 1, record.leaderEpoch(), ""));
    }
    return count;
  }

  boolean isFull() {
    return printed >= limit;
  }

  long printed() {
    return printed;
  }

  /// The offsets to commit: of what is assigned, the first not printed.
  Map<TopicPartition, OffsetAndMetadata> offsets() {
    return Map.copyOf(next);
  }
}
