package io.millrace.benchmark.jmh;

import io.millrace.log.AppendOrigin;
import io.millrace.log.LogConfig;
import io.millrace.log.append.LeaderValidator;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.ApiKeys;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What a leader does to a batch before it writes it: checksum, walk over the records, offset and
/// epoch set in place.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchValidation {
  @Param public Batches batches = Batches.ONE_RECORD;

  private final LeaderValidator validator = new LeaderValidator();
  private final long nowMs = System.currentTimeMillis();
  private ByteBuffer bytes = ByteBuffer.allocate(0);

  @Setup
  public void copy() {
    bytes = batches.direct();
  }

  @Benchmark
  public boolean validate() {
    bytes.putLong(0, 0); // the base offset, as a client sends it
    return validator.validate(
        bytes,
        0,
        bytes.capacity(),
        LogConfig.DEFAULTS,
        AppendOrigin.CLIENT,
        ApiKeys.PRODUCE.latestVersion(),
        3,
        1_000_000,
        nowMs);
  }
}
