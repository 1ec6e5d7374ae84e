package io.millrace.benchmark.row;

import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.load.ClosedLoop;
import io.millrace.benchmark.load.CommitTraffic;
import io.millrace.benchmark.load.Limit;
import io.millrace.benchmark.load.LoadException;
import io.millrace.benchmark.proc.Meter;
import io.millrace.benchmark.proc.Usage;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import io.millrace.benchmark.wire.CommitFrame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A clean restart of a broker whose group coordinator has millions of committed offsets to read
/// again: from the exec of the JVM until OffsetFetch answers, with the offsets that were committed
/// last. They lie in one partition of `__consumer_offsets`, which is kept from being compacted.
final class CommitsRow implements Row {
  private static final int CONNECTIONS = 4;
  private static final int DEPTH = 5;
  private static final int PARTITIONS = 1_000;

  private final Map<BrokerUnderTest, Committed> committed = new HashMap<>();

  /// What a broker was given.
  ///
  /// @param last what each partition's offset ended with
  private record Committed(Topic topic, OffsetsGroup group, long last) {}

  @Override
  public String name() {
    return "commits";
  }

  @Override
  public String title() {
    return "clean restart with 10 million committed offsets (1 million with --quick) in one"
        + " partition of __consumer_offsets, until the group's offsets are answered";
  }

  @Override
  public boolean alone() {
    return true;
  }

  /// Each reads ten million commits again.
  @Override
  public int mostRuns() {
    return 2;
  }

  @Override
  public void prepare(Trial trial) throws IOException {
    trial.broker().ensureRunning();
    Topic topic = Topic.create(trial, name(), PARTITIONS);
    OffsetsGroup group = new OffsetsGroup(trial.broker().address(), name() + "-" + trial.number());
    group.awaitCoordinator();
    group.keepHistory();
    long last = trial.scale().commits() / PARTITIONS;
    int each = PARTITIONS / CONNECTIONS;
    List<CommitTraffic> traffic = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      traffic.add(
          new CommitTraffic(new CommitFrame(group.name(), topic.id(), i * each, each), last));
    }
    try (ClosedLoop loop =
        new ClosedLoop(trial.broker().address(), traffic, DEPTH, CommitTraffic.RECEIVE_BYTES)) {
      loop.run(Limit.none());
    }
    committed.put(trial.broker(), new Committed(topic, group, last));
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    Committed stored = committed.get(trial.broker());
    if (stored == null) {
      throw new LoadException("not prepared");
    }
    trial.broker().stop();
    Meter meter = Meter.startUnborn(trial.others());
    long begin = System.nanoTime();
    BrokerUnderTest.Start start = trial.broker().start();
    stored.group().awaitOffsets(stored.topic(), stored.last());
    double seconds = (System.nanoTime() - begin) / 1e9;
    Usage usage = trial.stop(meter);
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    values.put(Metric.METADATA_SECONDS, start.seconds());
    values.put(Metric.SECONDS, seconds);
    values.put(Metric.CPU_SECONDS, usage.brokerCpuSeconds());
    values.put(Metric.PEAK_RSS_MB, Trial.megabytesOfKb(usage.peakRssKb()));
    return new Measurement(
        values,
        usage.foreign(),
        "%,d commits, %,d offsets as committed last"
            .formatted(stored.last() * PARTITIONS, PARTITIONS));
  }

  @Override
  public void finish(Trial trial) throws IOException {
    Committed stored = committed.remove(trial.broker());
    if (stored != null) {
      trial.broker().ensureRunning();
      stored.group().delete();
      stored.topic().delete();
    }
  }
}
