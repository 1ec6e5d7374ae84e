package io.millrace.server.api.data;

import io.millrace.benchmark.wire.FetchFrame;
import io.millrace.server.request.WireReader;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestHeader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Decoding a Fetch request by hand, beside Kafka's generated class. In the package of what it
/// measures, which is nobody else's business.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FetchDecoding {
  /// Partitions that the request names; none is what a session asks with at the end of its logs.
  @Param({"0", "1", "100"})
  public int partitions;

  private final WireReader reader = new WireReader();
  private ByteBuffer frame = ByteBuffer.allocate(0);
  private int body;

  @Setup
  public void encode() {
    FetchFrame request = new FetchFrame(new Uuid(1, 2), FetchFrame.Limits.CONSUMER);
    request.begin(7, 3, partitions);
    for (int i = 0; i < partitions; i++) {
      request.partition(i, 1_000_000L + i);
    }
    frame = request.end(0);
    ByteBuffer header = frame.duplicate().position(Integer.BYTES);
    RequestHeader.parse(header);
    body = header.position();
  }

  @Benchmark
  public Object byHand() {
    reader.reset(frame, body, frame.limit() - body);
    return FetchRequest.read(reader, ApiKeys.FETCH.latestVersion());
  }

  @Benchmark
  public Object generated() {
    ByteBuffer bytes = frame.duplicate().position(body);
    return new FetchRequestData(new ByteBufferAccessor(bytes), ApiKeys.FETCH.latestVersion());
  }
}
