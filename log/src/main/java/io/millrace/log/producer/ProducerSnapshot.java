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
public final class ProducerSnapshot {

  private static final short VERSION = 1;
  private static final int CRC_AT = 2;
  private static final int ENTRIES_AT = 6;
  private static final int HEADER = 10;
  private static final int ENTRY = 46;

  private ProducerSnapshot() {}

  static byte[] write(Collection<ProducerState> producers) {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER + producers.size() * ENTRY);
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
    bytes.putInt(CRC_AT, checksum(bytes));
    return bytes.array();
  }

  /// @return null when the content is damaged
  static @Nullable List<ProducerState> read(byte[] content) {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    try {
      if (bytes.getShort() != VERSION || bytes.getInt() != checksum(ByteBuffer.wrap(content))) {
        return null;
      }
      int count = bytes.getInt();
      if (count < 0 || (long) count * ENTRY != bytes.remaining()) {
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
      return producers;
    } catch (BufferUnderflowException e) {
      return null;
    }
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.clear().position(Math.min(ENTRIES_AT, bytes.limit())));
    return (int) crc.getValue();
  }
}
