package io.millrace.acceptance.ecosystem;

import static io.millrace.acceptance.harness.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.KafkaTool;
import io.millrace.acceptance.harness.Suite;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A word count of Kafka Streams (at least once), with a repartition topic and a changelog, in
/// groups of the classic and of the streams protocol. The second half of the words is counted by a
/// second run, which restores its state from the changelog.
class StreamsTest {
  @RegisterExtension static final Broker broker = Broker.judged();

  @ParameterizedTest
  @ValueSource(strings = {"classic", "streams"})
  void countsWordsAndGoesOnAfterARestart(String protocol) {
    String lines = broker.clients().topic("lines", 2);
    String counts = broker.clients().topic("counts", 2);
    String application = Suite.unique("word-count-" + protocol);
    Path state = Suite.scratchDirectory("streams");
    try {
      write(lines, "the quick brown fox", "jumps over the lazy dog");
      try (KafkaStreams streams = start(application, protocol, lines, counts, state)) {
        awaitCounts(counts, Map.of("the", 2L, "quick", 1L, "dog", 1L));
        assertThat(get(broker.clients().admin().listTopics().names()))
            .contains(application + "-store-changelog", application + "-words-repartition");
        if (protocol.equals("streams")) {
          assertThat(KafkaTool.STREAMS_GROUPS.against(broker, "--list")).contains(application);
        }
        streams.close(Duration.ofSeconds(30));
      }
      Suite.delete(state);
      write(lines, "the end of the dog");
      try (KafkaStreams streams = start(application, protocol, lines, counts, state)) {
        awaitCounts(counts, Map.of("the", 4L, "dog", 2L, "end", 1L, "fox", 1L));
        streams.close(Duration.ofSeconds(30));
      }
    } finally {
      Suite.delete(state);
    }
  }

  private static KafkaStreams start(
      String application, String protocol, String lines, String counts, Path state) {
    Properties properties = new Properties();
    properties.put("application.id", application);
    properties.put("bootstrap.servers", broker.bootstrap());
    properties.put("group.protocol", protocol);
    properties.put("processing.guarantee", "at_least_once");
    properties.put("default.key.serde", Serdes.StringSerde.class);
    properties.put("default.value.serde", Serdes.StringSerde.class);
    properties.put("commit.interval.ms", "100");
    properties.put("num.stream.threads", "1");
    // A classic Streams member does not leave when it closes: its successor waits for the session's
    // end.
    properties.put("session.timeout.ms", "6000");
    properties.put("heartbeat.interval.ms", "1000");
    properties.put("state.dir", state.toString());
    properties.put("auto.offset.reset", "earliest");
    KafkaStreams streams = new KafkaStreams(wordCount(lines, counts), properties);
    streams.start();
    return streams;
  }

  private static Topology wordCount(String lines, String counts) {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, String> source = builder.stream(lines);
    source
        .flatMapValues(line -> Arrays.asList(line.split(" ")))
        .groupBy((_, word) -> word, Grouped.as("words"))
        .count(
            Materialized.<String, Long>as(Stores.inMemoryKeyValueStore("store"))
                .withValueSerde(Serdes.Long()))
        .toStream()
        .mapValues(count -> Long.toString(count))
        .to(counts, Produced.with(Serdes.String(), Serdes.String()));
    return builder.build();
  }

  private static void write(String topic, String... lines) {
    try (Producer<String, String> producer = broker.clients().producer()) {
      for (String line : lines) {
        get(producer.send(new ProducerRecord<>(topic, line)));
      }
    }
  }

  private static void awaitCounts(String topic, Map<String, Long> expected) {
    Await.untilAsserted(
        "counted " + expected,
        () -> {
          Map<String, Long> latest = new HashMap<>();
          for (ConsumerRecord<String, String> record : broker.clients().readAll(topic)) {
            latest.put(record.key(), Long.valueOf(record.value()));
          }
          assertThat(latest).containsAllEntriesOf(expected);
        });
  }
}
