package io.millrace.benchmark.jmh;

import io.millrace.log.LogRead;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// From an offset to a slice of a file, as every fetch needs it: at the end of a log of 256 MiB,
/// where consumers usually are, and anywhere in it, through the offset index in the page cache.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class IndexLookup {
  private static final long FILLED_BYTES = 256 << 20;
  private static final int FETCH_BYTES = 1 << 20;

  @Param({"ONE_RECORD", "RECORDS_1K"})
  public Batches batches = Batches.ONE_RECORD;

  private final SplittableRandom random = new SplittableRandom(42);
  private @Nullable OpenLog open;

  @Setup
  public void fill() throws IOException {
    OpenLog filled = new OpenLog(batches);
    filled.fill(FILLED_BYTES);
    open = filled;
  }

  @TearDown
  public void close() throws IOException {
    if (open != null) {
      open.close();
    }
  }

  @Benchmark
  public @Nullable LogRead atTheEnd() {
    return open == null ? null : read(open, open.log.logEndOffset() - 1);
  }

  @Benchmark
  public @Nullable LogRead anywhere() {
    return open == null ? null : read(open, random.nextLong(open.log.logEndOffset()));
  }

  private static LogRead read(OpenLog from, long offset) {
    LogRead read = from.log.read(offset, FETCH_BYTES, from.log.logEndOffset(), true);
    if (read instanceof LogRead.Data data) {
      data.slice().release();
    }
    return read;
  }
}
