package io.millrace.acceptance.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.KafkaTool;
import io.millrace.acceptance.harness.Program;
import io.millrace.acceptance.harness.Suite;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The tools for groups, with groups of both protocols.
class GroupToolsTest {
  private static final int RECORDS = 50;

  @RegisterExtension static final Broker broker = Broker.judged();

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void consumerGroupsListsAndDescribesAnActiveGroup(String protocol) {
    String topic = filled();
    String group = Suite.unique("tool-" + protocol);
    try (Consumer<String, String> consumer = readAll(topic, group, protocol)) {
      assertThat(groups("--list").lines()).contains(group);
      String type = protocol.equals("classic") ? "Classic" : "Consumer";
      assertThat(groups("--list", "--state", "--type"))
          .containsPattern(group + "\\s+" + type + "\\s+Stable");
      assertThat(groups("--describe", "--group", group))
          .containsPattern(group + "\\s+" + topic + "\\s+0\\s+50\\s+50\\s+0\\s+\\S+\\s+/127.0.0.1");
      assertThat(groups("--describe", "--group", group, "--members", "--verbose"))
          .containsPattern(group + "\\s+\\S+.*1\\s+.*" + topic);
      assertThat(groups("--describe", "--group", group, "--state", "--verbose"))
          .containsPattern(group + "\\s+127.0.0.1:\\d+\\s+\\(1\\)\\s+\\S+\\s+Stable");
      assertThat(KafkaTool.GROUPS.against(broker, "--list"))
          .containsPattern(group + "\\s+" + type + "\\s+consumer");

      Program.Ended refused =
          KafkaTool.CONSUMER_GROUPS.run(
              "--bootstrap-server", broker.bootstrap(), "--delete", "--group", group);
      assertThat(refused.out()).contains("could not be deleted due to", "GroupNotEmptyException");
      assertThat(consumer.assignment()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void consumerGroupsResetsAndDeletesOffsetsAndTheGroup(String protocol) {
    String topic = filled();
    String group = Suite.unique("tool-" + protocol);
    readAll(topic, group, protocol).close();

    assertThat(groups("--describe", "--group", group))
        .containsPattern("\\s0\\s+50\\s+50\\s+0\\s+-");
    assertThat(reset(group, topic, "--to-earliest", "--dry-run"))
        .containsPattern(topic + "\\s+0\\s+0");
    assertThat(groups("--describe", "--group", group))
        .containsPattern("\\s0\\s+50\\s+50\\s+0\\s+-");
    reset(group, topic, "--to-offset", "20", "--execute");
    assertThat(groups("--describe", "--group", group))
        .containsPattern("\\s0\\s+20\\s+50\\s+30\\s+-");
    reset(group, topic, "--shift-by", "-5", "--execute");
    assertThat(groups("--describe", "--group", group))
        .containsPattern("\\s0\\s+15\\s+50\\s+35\\s+-");
    reset(group, topic, "--to-datetime", "2001-01-01T00:00:00.000", "--execute");
    assertThat(groups("--describe", "--group", group))
        .containsPattern("\\s0\\s+0\\s+50\\s+50\\s+-");
    reset(group, topic, "--to-latest", "--execute");
    assertThat(groups("--describe", "--group", group))
        .containsPattern("\\s0\\s+50\\s+50\\s+0\\s+-");

    assertThat(groups("--delete-offsets", "--group", group, "--topic", topic))
        .contains("Request succeeded for deleting offsets from group " + group)
        .containsPattern(topic + "\\s+0\\s+Successful");
    assertThat(groups("--delete", "--group", group))
        .contains("Deletion of requested consumer groups ('" + group + "') was successful.");
    assertThat(groups("--list").lines()).doesNotContain(group);
  }

  private static String groups(String... arguments) {
    return KafkaTool.CONSUMER_GROUPS.against(broker, arguments);
  }

  private static String reset(String group, String topic, String... how) {
    String[] all = new String[how.length + 5];
    all[0] = "--reset-offsets";
    all[1] = "--group";
    all[2] = group;
    all[3] = "--topic";
    all[4] = topic;
    System.arraycopy(how, 0, all, 5, how.length);
    return groups(all);
  }

  private static String filled() {
    String topic = broker.clients().topic("tool-groups", 1);
    try (Producer<String, String> producer = broker.clients().producer()) {
      List<? extends Future<?>> sent =
          IntStream.range(0, RECORDS)
              .mapToObj(i -> producer.send(new ProducerRecord<>(topic, 0, "k", "v" + i)))
              .toList();
      sent.forEach(Clients::get);
    }
    return topic;
  }

  private static Consumer<String, String> readAll(String topic, String group, String protocol) {
    Consumer<String, String> consumer =
        broker.clients().consumer("group.id", group, "group.protocol", protocol);
    consumer.subscribe(List.of(topic));
    AtomicInteger read = new AtomicInteger();
    Await.untilTrue(
        "all records are read",
        () -> read.addAndGet(consumer.poll(Duration.ofMillis(100)).count()) == RECORDS);
    consumer.commitSync();
    return consumer;
  }
}
