package io.millrace.benchmark.load;

import io.millrace.benchmark.wire.Batch;
import io.millrace.benchmark.wire.FetchAnswer;
import io.millrace.benchmark.wire.FetchFrame;
import io.millrace.benchmark.wire.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.HdrHistogram.Histogram;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/// A consumer at the end of all partitions of a topic: one incremental fetch session (KIP-227), in
/// which a request names only the partitions whose offset moved. Always has one request in flight.
final class TailReader implements AutoCloseable {
  private static final int DIGITS = 3;

  /// More than a MiB of each partition, should the consumer fall behind.
  private static final int RECEIVE_BYTES = 8 << 20;

  private final SocketChannel channel;
  private final FetchFrame frame;
  private final FetchAnswer answer = new FetchAnswer();
  private final Batch batch = new Batch();
  private final AnswerBuffer answers = new AnswerBuffer(RECEIVE_BYTES);
  private final Payload payload;
  private final Ledger read;
  private final long[] offsets;
  private final boolean[] moved;
  private Histogram nanos = new Histogram(DIGITS);
  private ByteBuffer in = ByteBuffer.allocate(0);
  private int correlationId;
  private int sessionId;
  private int epoch;

  TailReader(SocketChannel channel, Uuid topicId, Payload payload, Ledger read) {
    this.channel = channel;
    this.frame = new FetchFrame(topicId, FetchFrame.Limits.CONSUMER);
    this.payload = payload;
    this.read = read;
    this.offsets = new long[read.partitions()];
    this.moved = new boolean[read.partitions()];
  }

  /// Where latencies go from now on.
  void record(Histogram nanos) {
    this.nanos = nanos;
  }

  /// Sends the next request of the session; the first one names every partition.
  void ask() throws IOException {
    boolean all = sessionId == 0;
    int count = 0;
    for (boolean each : moved) {
      count += all || each ? 1 : 0;
    }
    frame.begin(sessionId, all ? 0 : epoch, count);
    for (int i = 0; i < offsets.length; i++) {
      if (all || moved[i]) {
        frame.partition(i, offsets[i]);
        moved[i] = false;
      }
    }
    ByteBuffer bytes = frame.end(correlationId++);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /// Takes what arrived and asks again.
  void receive() throws IOException {
    int received = answers.receive(channel, this::answered);
    for (int i = 0; i < received; i++) {
      ask();
    }
  }

  private void answered(ByteBuffer buffer, int position, int size) {
    in = buffer;
    answer.read(buffer, position, this::partition);
    if (answer.error() != 0) {
      throw new LoadException("Fetch: " + Errors.forCode(answer.error()));
    }
    epoch = sessionId == 0 ? 1 : epoch + 1;
    sessionId = answer.sessionId();
  }

  private void partition(int partition, short error, long highWatermark, int from, int to) {
    if (error != 0) {
      throw new LoadException(
          "Fetch of partition %d: %s".formatted(partition, Errors.forCode(error)));
    }
    long now = System.nanoTime();
    batch.over(in, from, to);
    while (batch.next()) {
      if (batch.baseOffset() != offsets[partition]) {
        throw new LoadException(
            "partition %d: offset %d where %d was due"
                .formatted(partition, batch.baseOffset(), offsets[partition]));
      }
      nanos.recordValue(Math.max(0, now - batch.stamp(payload)));
      read.add(partition, batch.baseOffset(), batch.count());
      offsets[partition] = batch.lastOffset() + 1;
      moved[partition] = true;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
