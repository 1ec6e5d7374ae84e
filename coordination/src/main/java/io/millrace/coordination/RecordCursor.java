package io.millrace.coordination;

import io.millrace.log.format.BatchHeader;
import io.millrace.log.format.Varints;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.CorruptRecordException;

/// The records of an uncompressed batch one after another, in place: nothing is made for them. The
/// batch's checksum has been found right, so what does not fit together is a fault of the writer.
final class RecordCursor {
  private final ByteBuffer bytes;
  private int left;
  private int next;
  private int end;
  private long baseOffset;
  private long offset;
  private int keyAt;
  private int keyLength;
  private int valueAt;
  private int valueLength;

  /// @param bytes batches at absolute positions; the position of this buffer is used
  RecordCursor(ByteBuffer bytes) {
    this.bytes = bytes.duplicate();
  }

  /// Goes before the first record of the batch at `at`.
  void begin(int at, int size) {
    bytes.clear();
    left = BatchHeader.recordCount(bytes, at);
    next = at + BatchHeader.SIZE;
    end = at + size;
    baseOffset = BatchHeader.baseOffset(bytes, at);
  }

  /// Goes to the next record, if there is one.
  boolean next() {
    if (left <= 0) {
      return false;
    }
    left--;
    bytes.limit(end).position(next);
    int length = Varints.readInt(bytes);
    int recordEnd = bytes.position() + length;
    check(length > 0 && recordEnd > next && recordEnd <= end);
    bytes.limit(recordEnd).position(bytes.position() + 1);
    Varints.readLong(bytes);
    offset = baseOffset + Varints.readInt(bytes);
    keyLength = Varints.readInt(bytes);
    keyAt = bytes.position();
    skip(keyLength);
    valueLength = Varints.readInt(bytes);
    valueAt = bytes.position();
    skip(valueLength);
    bytes.limit(end);
    next = recordEnd;
    return true;
  }

  private void skip(int length) {
    check(length >= -1 && length <= bytes.remaining());
    bytes.position(bytes.position() + Math.max(0, length));
  }

  private void check(boolean sound) {
    if (!sound) {
      throw new CorruptRecordException("A record before position " + end + " is malformed.");
    }
  }

  long offset() {
    return offset;
  }

  int keyAt() {
    return keyAt;
  }

  /// -1 without a key.
  int keyLength() {
    return keyLength;
  }

  int valueAt() {
    return valueAt;
  }

  /// -1 for a tombstone.
  int valueLength() {
    return valueLength;
  }
}
