package io.millrace.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.yammer.metrics.core.Gauge;
import com.yammer.metrics.core.MetricName;
import com.yammer.metrics.core.MetricsRegistry;
import io.millrace.server.metrics.Exposition.Kind;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.stats.Value;
import org.junit.jupiter.api.Test;

class ExpositionTest {

  private final Exposition out = new Exposition();

  @Test
  void writesFamiliesOfSamples() {
    out.family("requests_total", Kind.COUNTER, "Requests.")
        .sample(3, "request", "Fetch", "node", "1")
        .sample(0.5, "request", "a\"b\\c\nd");

    assertThat(out.toString())
        .isEqualTo(
            """
            # HELP requests_total Requests.
            # TYPE requests_total counter
            requests_total{request="Fetch",node="1"} 3
            requests_total{request="a\\"b\\\\c\\nd"} 0.5
            """);
  }

  @Test
  void numbersAreThoseOfTheFormat() {
    out.family("x", Kind.GAUGE, "X.")
        .sample(1e12)
        .sample(Double.NaN)
        .sample(Double.POSITIVE_INFINITY)
        .sample(-1);

    assertThat(out.toString().lines().skip(2))
        .containsExactly("x 1000000000000", "x NaN", "x +Inf", "x -1");
  }

  @Test
  void aFamilyComesOnce() {
    out.family("x", Kind.GAUGE, "X.");

    assertThatThrownBy(() -> out.family("x", Kind.GAUGE, "X."))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void kafkasOwnMetricsGetTheExportersNames() {
    MetricsRegistry registry = new MetricsRegistry();
    registry.newGauge(
        new MetricName("kafka.controller", "KafkaController", "ActiveControllerCount"),
        new Gauge<Integer>() {
          @Override
          public Integer value() {
            return 1;
          }
        });
    registry
        .newMeter(
            new MetricName(
                "kafka.controller", "ControllerStats", "ElectionFromEligibleLeaderReplicasPerSec"),
            "elections",
            TimeUnit.SECONDS)
        .mark(2);
    BorrowedMetrics.of(registry).write(out);
    registry.shutdown();

    assertThat(out.toString().lines().filter(line -> !line.startsWith("#")))
        .containsExactly(
            "kafka_controller_controllerstats_electionfromeligibleleaderreplicas_total 2",
            "kafka_controller_kafkacontroller_activecontrollercount 1");
  }

  @Test
  void theClientsRegistryGetsTheExportersNames() {
    try (Metrics metrics = new Metrics()) {
      metrics
          .sensor("s")
          .add(metrics.metricName("current-leader", "raft-metrics", "The leader."), new Value());
      metrics.sensor("s").record(2);
      BorrowedMetrics.of(metrics, "kafka_server").write(out);
    }

    assertThat(out.toString()).contains("\nkafka_server_raft_metrics_current_leader 2\n");
  }
}
