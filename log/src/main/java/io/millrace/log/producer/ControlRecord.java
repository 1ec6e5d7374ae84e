package io.millrace.log.producer;

import io.millrace.log.format.BatchHeader;
import io.millrace.log.format.Varints;
import java.nio.ByteBuffer;

/// The transaction marker in a control batch, read in place: key is version (2) and type (2), value
/// is version (2) and the coordinator's epoch (4).
final class ControlRecord {

  static final short ABORT = 0;
  static final short COMMIT = 1;

  /// What is no marker (Raft's control records have types from 2 on).
  static final short NONE = -1;

  short type = NONE;
  int coordinatorEpoch;

  /// Reads the first record of the uncompressed batch at `at`; leaves [#NONE] when it has none.
  void read(ByteBuffer bytes, int at, int size) {
    type = NONE;
    if (BatchHeader.recordCount(bytes, at) < 1 || BatchHeader.codec(bytes, at) != 0) {
      return;
    }
    bytes.clear().limit(at + size).position(at + BatchHeader.SIZE);
    Varints.readInt(bytes);
    bytes.get();
    Varints.readLong(bytes);
    Varints.readInt(bytes);
    int keyLength = Varints.readInt(bytes);
    if (keyLength < 4 || bytes.remaining() < keyLength) {
      return;
    }
    int key = bytes.position();
    bytes.position(key + keyLength);
    int valueLength = Varints.readInt(bytes);
    if (valueLength >= 6 && bytes.remaining() >= valueLength) {
      coordinatorEpoch = bytes.getInt(bytes.position() + 2);
      short read = bytes.getShort(key + 2);
      type = read == ABORT || read == COMMIT ? read : NONE;
    }
  }
}
