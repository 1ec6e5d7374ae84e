package io.millrace.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableTest {
  private static final double LIMIT = 0.1;

  @Test
  void medianIsOfQuietRunsOnly() {
    RunLog log = log(run(10, 0.01), run(30, 0.05), run(20, 0.02), run(500, 0.4));
    assertThat(log.figure(Metric.P50_MS)).hasValue(20);
    assertThat(log.quiet()).hasSize(3);
    assertThat(log.isResult()).isTrue();
  }

  @Test
  void medianOfAnEvenNumberLiesInTheMiddle() {
    assertThat(log(run(10, 0), run(20, 0)).figure(Metric.P50_MS)).hasValue(15);
  }

  @Test
  void aGapsPercentilesAreOfTheRuns() {
    RunLog log = new RunLog(LIMIT);
    for (int i = 1; i <= 200; i++) {
      log.add(
          new Measurement(Map.of(Metric.GAP_P99_MS, 1.0 * i, Metric.GAP_MAX_MS, 1.0 * i), 0, ""));
    }
    assertThat(log.figure(Metric.GAP_P99_MS)).hasValue(198);
    assertThat(log.figure(Metric.GAP_MAX_MS)).hasValue(200);
  }

  @Test
  void noisyRunsAloneAreShownButAreNoResult() {
    RunLog log = log(run(10, 0.5));
    assertThat(log.figure(Metric.P50_MS)).hasValue(10);
    assertThat(log.isResult()).isFalse();
    assertThat(new Table(report(log, log(run(20, 0)))).text())
        .contains("produce ~")
        .contains("NOISY, not a result");
  }

  @Test
  void aFailedRunIsNoResult() {
    RunLog log = log(run(10, 0));
    log.fail("3 of 4 records read back");
    Report report = report(log, log(run(20, 0)));
    assertThat(log.isResult()).isFalse();
    assertThat(report.failed()).isTrue();
    assertThat(new Table(report).text()).contains("FAILED: 3 of 4 records read back");
  }

  @Test
  void textAlignsColumnsAndPrintsTheRatioOfTheFirstToTheSecond() {
    assertThat(new Table(report(log(run(1234.5, 0)), log(run(2469, 0)))).text())
        .startsWith(
            """
              machine: a small one

            row      metric           millrace      kafka  ratio

            produce  latency p50 ms  1,234.500  2,469.000   0.50
            """);
  }

  @Test
  void markdownIsATable() {
    assertThat(new Table(report(log(run(1, 0)), log(run(2, 0)))).markdown())
        .contains("| row | metric | millrace | kafka | ratio |\n|---|---|---:|---:|---:|\n")
        .contains("| produce | latency p50 ms | 1.000 | 2.000 | 0.50 |");
  }

  @Test
  void aMetricThatOneBrokerLacksHasNoRatio() {
    assertThat(new Table(report(log(run(1, 0)), log())).markdown())
        .contains("| produce ~ | latency p50 ms | 1.000 | - | - |");
  }

  @Test
  void jsonHoldsMediansAndEveryRun() throws Exception {
    String json = new Json().of(report(log(run(1, 0), run(3, 0)), log(run(4, 0))));
    JsonNode row = new ObjectMapper().readTree(json).get("rows").get(0);
    assertThat(row.get("brokers").get("millrace").get("medians").get("p50_ms").asDouble())
        .isEqualTo(2);
    assertThat(row.get("brokers").get("millrace").get("runs")).hasSize(2);
    assertThat(row.get("result").asBoolean()).isTrue();
  }

  private static Report report(RunLog ours, RunLog theirs) {
    Map<String, String> conditions = new LinkedHashMap<>();
    conditions.put("machine", "a small one");
    return new Report(
        conditions,
        List.of("millrace", "kafka"),
        List.of(new Report.Row("produce", "sends", List.of(ours, theirs))));
  }

  private static RunLog log(Measurement... runs) {
    RunLog log = new RunLog(LIMIT);
    for (Measurement run : runs) {
      log.add(run);
    }
    return log;
  }

  private static Measurement run(double p50, double foreign) {
    return new Measurement(Map.of(Metric.P50_MS, p50), foreign, "all read back");
  }
}
