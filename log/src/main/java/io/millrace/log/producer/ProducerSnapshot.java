package io.millrace.log.producer;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The file of all producers as of an offset, which its name tells (`%020d.snapshot`). Written when
/// a segment begins, when the log is closed, and now and then in between.
///
/// Version 1, big-endian: version (2), CRC-32C of all that follows it (4), count (4); an entry has
/// producer id (8), epoch (2), last sequence (4), last offset (8), offset delta of the last batch
/// (4), timestamp (8), coordinator epoch (4), first offset of the open transaction or -1 (8).
///
/// That is Kafka's file, and Kafka remembers a producer's newest batch only over a restart. A part
/// of ours follows, which Kafka's reader passes over, so that a repetition is known again after a
/// restart or a truncation, too: "MILL" (4), then for each producer in the same order the length of
/// its unbroken run of sequences (8), the number of older batches (1) and these, newest first: last
/// sequence (4), last offset (8), offset delta (4), timestamp (8).
public final class ProducerSnapshot {

  private static final short VERSION = 1;
  private static final int CRC_AT = 2;
  private static final int ENTRIES_AT = 6;
  private static final int HEADER = 10;
  private static final int ENTRY = 46;
  private static final int MORE = 0x4D494C4C;
  private static final int MORE_OF_ENTRY = 9;
  private static final int BATCH = 24;

  private ProducerSnapshot() {}

  static byte[] write(Collection<ProducerState> producers) {
    int size = HEADER + 4;
    for (ProducerState producer : producers) {
      size += ENTRY + MORE_OF_ENTRY + olderBatches(producer) * BATCH;
    }
    ByteBuffer bytes = ByteBuffer.allocate(size);
    bytes.putShort(VERSION).putInt(0).putInt(producers.size());
    for (ProducerState producer : producers) {
      bytes
          .putLong(producer.producerId)
          .putShort(producer.epoch)
          .putInt(producer.lastSequence())
          .putLong(producer.lastOffset())
          .putInt(producer.lastOffsetDelta())
          .putLong(producer.lastTimestampMs)
          .putInt(producer.coordinatorEpoch)
          .putLong(producer.currentTxnFirstOffset);
    }
    bytes.putInt(MORE);
    for (ProducerState producer : producers) {
      int older = olderBatches(producer);
      bytes.putLong(producer.run()).put((byte) older);
      while (older > 0) {
        producer.writeBatch(bytes, --older);
      }
    }
    bytes.putInt(CRC_AT, checksum(bytes));
    return bytes.array();
  }

  private static int olderBatches(ProducerState producer) {
    return Math.max(0, producer.batches() - 1);
  }

  /// @return null when the content is damaged
  static @Nullable List<ProducerState> read(byte[] content) {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    try {
      if (bytes.getShort() != VERSION || bytes.getInt() != checksum(ByteBuffer.wrap(content))) {
        return null;
      }
      int count = bytes.getInt();
      if (count < 0 || (long) count * ENTRY > bytes.remaining()) {
        return null;
      }
      List<ProducerState> producers = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        long producerId = bytes.getLong();
        short epoch = bytes.getShort();
        int lastSequence = bytes.getInt();
        long lastOffset = bytes.getLong();
        int offsetDelta = bytes.getInt();
        long timestamp = bytes.getLong();
        ProducerState producer = new ProducerState(producerId, epoch, bytes.getInt(), timestamp);
        producer.currentTxnFirstOffset = bytes.getLong();
        if (lastOffset >= 0) {
          producer.addBatch(epoch, lastSequence, lastOffset, offsetDelta, timestamp);
        }
        producers.add(producer);
      }
      return readMore(bytes, producers) ? producers : null;
    } catch (BufferUnderflowException e) {
      return null;
    }
  }

  private static boolean readMore(ByteBuffer bytes, List<ProducerState> producers) {
    if (!bytes.hasRemaining()) {
      return true;
    }
    if (bytes.getInt() != MORE) {
      return false;
    }
    for (ProducerState producer : producers) {
      long run = bytes.getLong();
      int older = bytes.get();
      if (older < 0 || older + Math.max(1, producer.batches()) > ProducerState.BATCHES) {
        return false;
      }
      producer.run(run);
      for (int i = 0; i < older; i++) {
        producer.readOlderBatch(bytes);
      }
    }
    return !bytes.hasRemaining();
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.clear().position(Math.min(ENTRIES_AT, bytes.limit())));
    return (int) crc.getValue();
  }
}
