package io.millrace.log.append;

import io.millrace.log.RecordError;
import io.millrace.log.format.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Walks the records of an uncompressed batch in place.
///
/// A record is: length (varint), attributes (1), timestamp delta (varlong), offset delta (varint),
/// key length or -1 (varint), key, value length or -1 (varint), value, header count (varint), and
/// for each header key length, key, value length or -1, value.
final class RecordWalk {

  private @Nullable List<RecordError> errors;
  private boolean timestampError;
  private long maxTimestamp;
  private int cursor;

  /// Walks `BatchHeader.recordCount` records and finds their largest timestamp.
  ///
  /// @param keysRequired whether a record without key is an error (compacted topic)
  /// @param oldestMs records before are errors; records without timestamp (-1) never are
  /// @param newestMs records after are errors
  /// @return null when the structure is sound, else what is wrong with it; [#errors] tells of
  ///   single records
  @Nullable String walk(
      ByteBuffer bytes, int at, int size, boolean keysRequired, long oldestMs, long newestMs) {
    errors = null;
    timestampError = false;
    maxTimestamp = -1;
    int end = at + size;
    int count = BatchHeader.recordCount(bytes, at);
    long baseTimestamp = BatchHeader.baseTimestamp(bytes, at);
    bytes.clear().limit(end);
    cursor = at + BatchHeader.SIZE;
    try {
      for (int i = 0; i < count; i++) {
        int length = readInt(bytes);
        int bodyEnd = cursor + length;
        if (length < 0 || bodyEnd > end || bodyEnd < cursor) {
          return "Record " + i + " claims " + length + " bytes, more than the batch has";
        }
        cursor++;
        long timestamp = baseTimestamp + readLong(bytes);
        int offsetDelta = readInt(bytes);
        if (offsetDelta != i) {
          return "Record " + i + " has offset delta " + offsetDelta;
        }
        int keyLength = readInt(bytes);
        if (!skip(keyLength, bodyEnd) || !skip(readInt(bytes), bodyEnd)) {
          return "Record " + i + " is longer than it claims";
        }
        int headers = readInt(bytes);
        if (headers != 0 && !skipHeaders(bytes, headers, bodyEnd)) {
          return "Record " + i + " has unsound headers";
        }
        if (cursor != bodyEnd) {
          return "Record " + i + " has not the length that it claims";
        }
        if (timestamp > maxTimestamp) {
          maxTimestamp = timestamp;
        }
        if (keysRequired && keyLength < 0) {
          addError(i, "Compacted topic cannot accept message without key");
        } else if ((timestamp < oldestMs || timestamp > newestMs) && timestamp != -1) {
          timestampError = true;
          addError(i, timestampOutOfRange(timestamp, oldestMs, newestMs));
        }
      }
    } catch (IndexOutOfBoundsException e) {
      return "A record reaches behind the end of its batch";
    }
    return cursor == end ? null : "There are " + (end - cursor) + " bytes behind the last record";
  }

  static String timestampOutOfRange(long timestamp, long oldestMs, long newestMs) {
    return "Timestamp "
        + timestamp
        + " is out of range. The timestamp should be within ["
        + oldestMs
        + ", "
        + newestMs
        + "]";
  }

  /// Largest timestamp of the records walked, -1 without any.
  long maxTimestamp() {
    return maxTimestamp;
  }

  /// The records at fault, empty when there are none.
  List<RecordError> errors() {
    return errors == null ? List.of() : errors;
  }

  /// Whether one of the errors is about a timestamp.
  boolean timestampError() {
    return timestampError;
  }

  private void addError(int index, String message) {
    if (errors == null) {
      errors = new ArrayList<>();
    }
    errors.add(new RecordError(index, message));
  }

  /// Moves behind a field of `length` bytes; -1 stands for null.
  private boolean skip(int length, int bodyEnd) {
    if (length > 0) {
      if (length > bodyEnd - cursor) {
        return false;
      }
      cursor += length;
      return true;
    }
    return length >= -1;
  }

  private boolean skipHeaders(ByteBuffer bytes, int count, int bodyEnd) {
    if (count < 0 || count > bodyEnd - cursor) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      int keyLength = readInt(bytes);
      if (keyLength < 0 || !skip(keyLength, bodyEnd) || !skip(readInt(bytes), bodyEnd)) {
        return false;
      }
    }
    return true;
  }

  private int readInt(ByteBuffer bytes) {
    int b = bytes.get(cursor++);
    int raw = b & 0x7f;
    for (int shift = 7; b < 0; shift += 7) {
      if (shift > 28) {
        throw new IndexOutOfBoundsException();
      }
      b = bytes.get(cursor++);
      raw |= (b & 0x7f) << shift;
    }
    return (raw >>> 1) ^ -(raw & 1);
  }

  private long readLong(ByteBuffer bytes) {
    int b = bytes.get(cursor++);
    long raw = b & 0x7f;
    for (int shift = 7; b < 0; shift += 7) {
      if (shift > 63) {
        throw new IndexOutOfBoundsException();
      }
      b = bytes.get(cursor++);
      raw |= (b & 0x7fL) << shift;
    }
    return (raw >>> 1) ^ -(raw & 1);
  }
}
