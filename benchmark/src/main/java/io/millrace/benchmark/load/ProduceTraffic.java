package io.millrace.benchmark.load;

import io.millrace.benchmark.wire.Payload;
import io.millrace.benchmark.wire.ProduceAnswer;
import io.millrace.benchmark.wire.ProduceFrame;
import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/// The same batch again and again, to one partition after the other, beginning with a different one
/// on each connection.
public final class ProduceTraffic implements Traffic {
  /// More than an answer to one batch takes, many times.
  public static final int RECEIVE_BYTES = 16 * 1024;

  private static final short ACKS_LEADER = 1;

  private final ProduceFrame frame;
  private final ProduceAnswer answer = new ProduceAnswer();
  private final Ledger acknowledged;
  private int partition;

  /// @param first the partition of the first request
  /// @param acknowledged notes every acknowledged batch
  public ProduceTraffic(Uuid topicId, Payload payload, int first, Ledger acknowledged) {
    this.frame = new ProduceFrame(topicId, payload, ACKS_LEADER);
    this.acknowledged = acknowledged;
    this.partition = first % acknowledged.partitions();
  }

  @Override
  public ByteBuffer next(int correlationId) {
    ByteBuffer next = frame.next(correlationId, partition);
    partition = partition + 1 == acknowledged.partitions() ? 0 : partition + 1;
    return next;
  }

  @Override
  public void answered(ByteBuffer in, int position, int size) {
    answer.read(in, position);
    if (answer.error() != 0) {
      throw new LoadException(
          "Produce to partition %d: %s"
              .formatted(answer.partition(), Errors.forCode(answer.error())));
    }
    acknowledged.add(answer.partition(), answer.baseOffset(), frame.payload().records());
  }
}
