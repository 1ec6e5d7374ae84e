package io.millrace.log.append;

import io.millrace.log.format.BatchHeader;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.apache.kafka.common.protocol.Errors;

/// Checks what a follower was sent by its leader: whole batches, checksums, ascending offsets. One
/// for each log; the findings are fields, valid until the next call.
public final class FollowerValidator {

  private final CRC32C crc = new CRC32C();
  private Errors error = Errors.NONE;
  private String message = "";
  private int length;
  private long firstOffset;
  private long lastOffset;
  private long maxTimestamp;

  /// NONE when the first [#length] bytes may be appended.
  public Errors error() {
    return error;
  }

  public String message() {
    return message;
  }

  /// Bytes to append; 0 when there was no whole batch.
  public int length() {
    return length;
  }

  public long firstOffset() {
    return firstOffset;
  }

  public long lastOffset() {
    return lastOffset;
  }

  public long maxTimestamp() {
    return maxTimestamp;
  }

  /// Batches of a higher epoch than `leaderEpoch`, and all behind, are left out: they belong to a
  /// leader that this replica does not follow yet (KAFKA-18723).
  public boolean validate(
      ByteBuffer bytes, int at, int available, int leaderEpoch, long nextOffset) {
    bytes.clear();
    error = Errors.NONE;
    message = "";
    length = 0;
    firstOffset = -1;
    lastOffset = -1;
    maxTimestamp = -1;
    int end = at + available;
    for (int batch = at; batch < end; ) {
      int size = BatchFraming.sizeAt(bytes, batch, end);
      if (size == BatchFraming.PARTIAL) {
        break;
      }
      if (size < BatchHeader.SIZE
          || BatchHeader.magic(bytes, batch) != 2
          || BatchHeader.lastOffsetDelta(bytes, batch) < 0) {
        return refuse(Errors.CORRUPT_MESSAGE, "The leader sent what is no batch of magic 2");
      }
      if (BatchHeader.leaderEpoch(bytes, batch) > leaderEpoch) {
        break;
      }
      if (!BatchHeader.checksumHolds(bytes, batch, size, crc)) {
        return refuse(
            Errors.CORRUPT_MESSAGE,
            "Checksum of the batch at offset " + BatchHeader.baseOffset(bytes, batch));
      }
      bytes.clear();
      long base = BatchHeader.baseOffset(bytes, batch);
      long expected = length == 0 ? nextOffset : lastOffset + 1;
      if (base < expected) {
        return refuse(
            Errors.OFFSET_OUT_OF_RANGE,
            "Unexpected offset in append: " + base + " is less than the next offset " + expected);
      }
      if (length == 0) {
        firstOffset = base;
      }
      lastOffset = BatchHeader.lastOffset(bytes, batch);
      maxTimestamp = Math.max(maxTimestamp, BatchHeader.maxTimestamp(bytes, batch));
      batch += size;
      length += size;
    }
    return true;
  }

  private boolean refuse(Errors why, String text) {
    error = why;
    message = text;
    return false;
  }
}
