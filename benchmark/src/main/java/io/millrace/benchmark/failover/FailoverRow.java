package io.millrace.benchmark.failover;

import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.proc.OtherWork;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import io.millrace.benchmark.row.Trial;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Deals one kind of blow to a cluster of three nodes, once a run. A run's gap is that of the
/// partition that suffered most; the table shows percentiles of the runs.
public final class FailoverRow implements ClusterRow {
  private final Blow blow;
  private final Map<BrokerUnderTest, Stage> stages = new HashMap<>();

  public FailoverRow(Blow blow) {
    this.blow = blow;
  }

  @Override
  public String name() {
    return "failover-" + blow.label();
  }

  @Override
  public String title() {
    return "three nodes, 3 partitions x 3 replicas, 100 records/s each with acks=all: "
        + blow.what()
        + "; longest time between two acknowledgements of any partition";
  }

  @Override
  public void prepare(Trial trial) throws IOException {
    trial.broker().stop();
    Stage stage = Stage.set(trial.broker().cluster(name(), Stage.NODES));
    stages.put(trial.broker(), stage);
    stage.open();
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    Stage stage = stages.get(trial.broker());
    if (stage == null) {
      throw new IllegalStateException("not prepared");
    }
    stage.makeWhole();
    OtherWork otherWork = OtherWork.since(stage.pids());
    List<AckBook.Gap> gaps = stage.suffer(blow);
    double foreign = otherWork.share(stage.pids());
    String checked = stage.check();
    AckBook.Gap longest =
        gaps.stream().max(Comparator.comparingLong(AckBook.Gap::ms)).orElseThrow();
    String byPartition =
        gaps.stream().map(gap -> Long.toString(gap.ms())).collect(Collectors.joining("/"));
    double worst = longest.ms();
    Map<Metric, Double> values =
        Map.of(
            Metric.GAP_P50_MS, worst,
            Metric.GAP_P99_MS, worst,
            Metric.GAP_MAX_MS, worst);
    return new Measurement(
        values,
        foreign,
        "gaps %s ms (%s), %s".formatted(byPartition, stage.around(longest), checked));
  }

  @Override
  public void finish(Trial trial) throws IOException {
    Stage stage = stages.remove(trial.broker());
    if (stage != null) {
      stage.close();
    }
  }
}
