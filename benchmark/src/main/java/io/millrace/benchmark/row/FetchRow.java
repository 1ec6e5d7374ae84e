package io.millrace.benchmark.row;

import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.load.ClosedLoop;
import io.millrace.benchmark.load.FetchTraffic;
import io.millrace.benchmark.load.Ledger;
import io.millrace.benchmark.load.Limit;
import io.millrace.benchmark.load.Outcome;
import io.millrace.benchmark.proc.Meter;
import io.millrace.benchmark.proc.Usage;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads what lies in the page cache, round and round: six connections, a partition each, answers
/// of one MiB.
final class FetchRow implements Row {
  private static final int CONNECTIONS = ProduceRow.PARTITIONS;

  private final Map<BrokerUnderTest, Filled> filled = new HashMap<>();

  @Override
  public String name() {
    return "fetch";
  }

  @Override
  public String title() {
    return "fetch from page cache, 6 connections, answers of 1 MiB, records of 1 KiB";
  }

  @Override
  public void prepare(Trial trial) throws IOException {
    filled.put(
        trial.broker(),
        Filled.with(trial, name(), ProduceRow.PARTITIONS, trial.scale().bulkBytes()));
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    Filled source = filled.get(trial.broker());
    if (source == null) {
      throw new IllegalStateException("not prepared");
    }
    Ledger read = new Ledger(ProduceRow.PARTITIONS);
    List<FetchTraffic> traffic = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      traffic.add(
          new FetchTraffic(
              source.topic().id(),
              new int[] {i},
              source.acknowledged(),
              read,
              FetchTraffic.Manner.ENDLESS));
    }
    try (ClosedLoop loop =
        new ClosedLoop(source.topic().address(), traffic, 1, FetchTraffic.RECEIVE_BYTES)) {
      loop.run(Limit.seconds(trial.scale().warmSeconds()));
      long before = bytes(traffic);
      Meter meter = trial.meter();
      Outcome outcome = loop.run(Limit.seconds(trial.scale().fetchSeconds()));
      Usage usage = trial.stop(meter);
      return measurement(outcome, usage, bytes(traffic) - before, read);
    }
  }

  private static Measurement measurement(Outcome outcome, Usage usage, long bytes, Ledger read) {
    Map<Metric, Double> values = Trial.costs(usage, outcome.requests(), bytes);
    values.put(Metric.MEGABYTES_PER_SECOND, Trial.megabytes(bytes) / outcome.seconds());
    values.put(Metric.REQUESTS_PER_SECOND, outcome.requests() / outcome.seconds());
    values.put(Metric.P50_MS, outcome.millis(50));
    values.put(Metric.P99_MS, outcome.millis(99));
    return new Measurement(
        values,
        usage.foreign(),
        "%,d records read, offsets without a gap".formatted(read.records()));
  }

  @Override
  public void finish(Trial trial) throws IOException {
    @Nullable Filled source = filled.remove(trial.broker());
    if (source != null) {
      source.topic().delete();
    }
  }

  private static long bytes(List<FetchTraffic> traffic) {
    return traffic.stream().mapToLong(FetchTraffic::bytes).sum();
  }
}
