package io.millrace.benchmark.jmh;

import io.millrace.log.AppendOutcome;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// An append to a log on the real disk: validation, `pwrite` to the page cache, indexes. The log is
/// new in every iteration, so that what lies on the disk stays small.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LogAppend {
  @Param({"ONE_RECORD", "RECORDS_100B", "RECORDS_1K"})
  public Batches batches = Batches.ONE_RECORD;

  private @Nullable OpenLog open;

  @Setup(Level.Iteration)
  public void open() throws IOException {
    open = new OpenLog(batches);
  }

  @TearDown(Level.Iteration)
  public void close() throws IOException {
    if (open != null) {
      open.close();
    }
  }

  @Benchmark
  public @Nullable AppendOutcome append() {
    return open == null ? null : open.append();
  }
}
