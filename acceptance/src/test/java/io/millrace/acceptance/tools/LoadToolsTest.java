package io.millrace.acceptance.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.KafkaTool;
import io.millrace.acceptance.harness.Program;
import io.millrace.acceptance.harness.Suite;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The tools that make load. The verifiable ones end their JVM themselves, so they get one each.
class LoadToolsTest {
  @RegisterExtension static final Broker broker = Broker.judged();

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void verifiableConsumerReadsWhatVerifiableProducerWrote(String protocol) {
    String topic = broker.clients().topic("verifiable", 3);
    Program.Ended produced =
        Program.ofJava(
                Suite.classPath(),
                "org.apache.kafka.tools.VerifiableProducer",
                "--bootstrap-server",
                broker.bootstrap(),
                "--topic",
                topic,
                "--max-messages",
                "1000")
            .run()
            .expectSuccess();
    assertThat(produced.out()).contains("\"name\":\"tool_data\"", "\"sent\":1000,\"acked\":1000");
    assertThat(produced.lines().stream().filter(line -> line.contains("producer_send_success")))
        .hasSize(1_000);

    Program.Ended consumed =
        Program.ofJava(
                Suite.classPath(),
                "org.apache.kafka.tools.VerifiableConsumer",
                "--bootstrap-server",
                broker.bootstrap(),
                "--topic",
                topic,
                "--group-id",
                Suite.unique("verifiable"),
                "--group-protocol",
                protocol,
                "--reset-policy",
                "earliest",
                "--max-messages",
                "1000")
            .run()
            .expectSuccess();
    assertThat(consumed.out())
        .contains("\"name\":\"partitions_assigned\"")
        .contains("\"name\":\"offsets_committed\"", "\"success\":true")
        .contains("\"name\":\"shutdown_complete\"")
        .doesNotContain("\"success\":false");
    int records =
        consumed.lines().stream()
            .filter(line -> line.contains("\"records_consumed\""))
            .mapToInt(line -> Integer.parseInt(line.replaceAll(".*?\"count\":(\\d+).*", "$1")))
            .sum();
    assertThat(records).isEqualTo(1_000);
  }

  @Test
  void performanceTestsMoveRecords() {
    String topic = broker.clients().topic("perf", 3);
    String produced =
        KafkaTool.PRODUCER_PERF_TEST.against(
            broker,
            "--topic",
            topic,
            "--num-records",
            "20000",
            "--record-size",
            "200",
            "--throughput",
            "-1",
            "--command-property",
            "acks=all");
    assertThat(produced).containsPattern("20000 records sent, [\\d.,]+ records/sec");

    String consumed =
        KafkaTool.CONSUMER_PERF_TEST.against(
            broker,
            "--topic",
            topic,
            "--num-records",
            "20000",
            "--timeout",
            "30000",
            "--group",
            Suite.unique("perf"),
            "--hide-header");
    assertThat(consumed).containsPattern(", 3\\.8\\d+, [\\d.]+, 20000, ");
  }
}
