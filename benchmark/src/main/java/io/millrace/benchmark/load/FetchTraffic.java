package io.millrace.benchmark.load;

import io.millrace.benchmark.wire.Batch;
import io.millrace.benchmark.wire.FetchAnswer;
import io.millrace.benchmark.wire.FetchFrame;
import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Reads partitions from their beginning to a known end, one after the other, in answers of up to
/// one MiB and outside of sessions; once, or round and round.
public final class FetchTraffic implements Traffic {
  /// More than an answer of one MiB takes.
  public static final int RECEIVE_BYTES = (1 << 20) + (256 << 10);

  private final FetchFrame frame;
  private final FetchAnswer answer = new FetchAnswer();
  private final Batch batch = new Batch();
  private final int[] partitions;
  private final Ledger end;
  private final Ledger read;
  private final boolean again;
  private final boolean checksums;
  private ByteBuffer in = ByteBuffer.allocate(0);
  private int current;
  private long offset;
  private long bytes;

  /// How a partition is read.
  public enum Manner {
    /// Once, every checksum computed.
    CHECKED,
    /// Round and round, as fast as it goes.
    ENDLESS
  }

  /// @param end how many records each partition holds
  /// @param read notes every batch that was read
  public FetchTraffic(Uuid topicId, int[] partitions, Ledger end, Ledger read, Manner manner) {
    this.frame = new FetchFrame(topicId, FetchFrame.Limits.MEBIBYTE);
    this.partitions = partitions.clone();
    this.end = end;
    this.read = read;
    this.again = manner == Manner.ENDLESS;
    this.checksums = manner == Manner.CHECKED;
  }

  /// Bytes of records received, those of cut off batches included.
  public long bytes() {
    return bytes;
  }

  @Override
  public @Nullable ByteBuffer next(int correlationId) {
    while (current < partitions.length && offset >= end.records(partitions[current])) {
      current++;
      offset = 0;
      if (current == partitions.length && again) {
        current = 0;
      }
    }
    if (current == partitions.length) {
      return null;
    }
    return frame
        .begin(0, FetchFrame.NO_SESSION_EPOCH, 1)
        .partition(partitions[current], offset)
        .end(correlationId);
  }

  @Override
  public void answered(ByteBuffer buffer, int position, int size) {
    in = buffer;
    long before = offset;
    answer.read(buffer, position, this::partition);
    if (answer.error() != 0) {
      throw new LoadException("Fetch: " + Errors.forCode(answer.error()));
    }
    if (offset == before) {
      throw new LoadException(
          "Fetch of partition %d brought nothing at offset %d"
              .formatted(partitions[current], offset));
    }
  }

  private void partition(int partition, short error, long highWatermark, int from, int to) {
    if (error != 0) {
      throw new LoadException(
          "Fetch of partition %d at offset %d: %s"
              .formatted(partition, offset, Errors.forCode(error)));
    }
    bytes += to - from;
    batch.over(in, from, to);
    while (batch.next()) {
      if (batch.baseOffset() != offset) {
        throw new LoadException(
            "partition %d: offset %d where %d was due"
                .formatted(partition, batch.baseOffset(), offset));
      }
      if (checksums && !batch.checksumHolds()) {
        throw new LoadException(
            "partition %d: bad checksum at offset %d".formatted(partition, offset));
      }
      read.add(partition, offset, batch.count());
      offset = batch.lastOffset() + 1;
    }
  }
}
