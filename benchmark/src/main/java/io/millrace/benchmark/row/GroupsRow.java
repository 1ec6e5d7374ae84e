package io.millrace.benchmark.row;

import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.load.LoadException;
import io.millrace.benchmark.proc.Meter;
import io.millrace.benchmark.proc.Usage;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Four consumer groups of one Java consumer each, which read the same six partitions at once, from
/// the beginning. The groups have formed before the clock starts.
final class GroupsRow implements Row {
  private static final int GROUPS = 4;

  private final Map<BrokerUnderTest, Filled> filled = new HashMap<>();

  @Override
  public String name() {
    return "groups";
  }

  @Override
  public String title() {
    return "four consumer groups at once, one Java consumer each, records of 1 KiB";
  }

  @Override
  public void prepare(Trial trial) throws IOException {
    filled.put(
        trial.broker(),
        Filled.with(trial, name(), ProduceRow.PARTITIONS, trial.scale().bulkBytes() / 2));
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    Filled source = filled.get(trial.broker());
    if (source == null) {
      throw new IllegalStateException("not prepared");
    }
    long records = source.acknowledged().records();
    List<GroupReader> readers = new ArrayList<>();
    for (int i = 0; i < GROUPS; i++) {
      readers.add(new GroupReader(source.topic(), "bench-%d-%d".formatted(trial.number(), i)));
    }
    try {
      readers.forEach(GroupReader::awaitAssigned);
      Meter meter = trial.meter();
      readers.forEach(reader -> reader.read(records));
      readers.forEach(GroupReader::awaitDone);
      Usage usage = trial.stop(meter);
      long bytes = readers.stream().mapToLong(GroupReader::bytes).sum();
      long read = readers.stream().mapToLong(GroupReader::records).sum();
      if (read != GROUPS * records) {
        throw new LoadException("%d records read of %d".formatted(read, GROUPS * records));
      }
      Map<Metric, Double> values = Trial.costs(usage, 0, bytes);
      values.put(Metric.MEGABYTES_PER_SECOND, Trial.megabytes(bytes) / usage.seconds());
      values.put(Metric.SWITCHES_PER_SECOND, usage.switches() / usage.seconds());
      return new Measurement(
          values, usage.foreign(), "%,d records read by each group".formatted(records));
    } finally {
      readers.forEach(GroupReader::close);
    }
  }

  @Override
  public void finish(Trial trial) throws IOException {
    Filled source = filled.remove(trial.broker());
    if (source != null) {
      source.topic().delete();
    }
  }
}
