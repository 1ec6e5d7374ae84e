package io.millrace.acceptance.programs;

import java.io.BufferedWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/// Writes lines `key TAB value` into a topic, or reads a topic in a consumer group into lines
/// `partition TAB offset TAB key TAB value`. Runs on any Java client since 2.8.
///
///     JavaFlights write BOOTSTRAP TOPIC FILE CODEC
///     JavaFlights read BOOTSTRAP TOPIC GROUP COUNT FILE [name=value]…
public final class JavaFlights {
  private JavaFlights() {}

  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", arguments[1]);
    switch (arguments[0]) {
      case "write" -> {
        properties.put("compression.type", arguments[4]);
        write(properties, arguments[2], Path.of(arguments[3]));
      }
      case "read" -> {
        properties.put("group.id", arguments[3]);
        for (int i = 6; i < arguments.length; i++) {
          int equals = arguments[i].indexOf('=');
          properties.put(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
        }
        read(properties, arguments[2], Integer.parseInt(arguments[4]), Path.of(arguments[5]));
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void write(Properties properties, String topic, Path file) throws Exception {
    properties.put("enable.idempotence", "true");
    properties.put("acks", "all");
    List<Future<?>> sent = new ArrayList<>();
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      for (String line : Files.readAllLines(file)) {
        int tab = line.indexOf('\t');
        sent.add(
            producer.send(
                new ProducerRecord<>(topic, line.substring(0, tab), line.substring(tab + 1))));
      }
    }
    for (Future<?> one : sent) {
      one.get();
    }
  }

  private static void read(Properties properties, String topic, int count, Path file)
      throws Exception {
    properties.put("auto.offset.reset", "earliest");
    properties.put("enable.auto.commit", "false");
    try (KafkaConsumer<String, String> consumer =
            new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
        BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      consumer.subscribe(Collections.singletonList(topic));
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      int read = 0;
      while (read < count) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("only " + read + " of " + count + " read in 60 s");
        }
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
          out.write(
              record.partition()
                  + "\t"
                  + record.offset()
                  + "\t"
                  + record.key()
                  + "\t"
                  + record.value());
          out.write('\n');
          read++;
        }
      }
      consumer.commitSync();
    }
  }
}
