package io.millrace.coordination;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;

/// Which offset commits of a window are followed by another one of the same key.
///
/// Those need no replay, for the reason that they may be compacted away: whoever replays a
/// coordinator's log must do without them. A log that nobody has compacted holds little else, and a
/// replay costs ten times what it costs to find that out here, where a commit is no object but the
/// bytes of its key, compared as they are.
///
/// A hash table with open addresses: slots hold the number of a distinct key plus one.
final class SupersededCommits {
  private static final short OFFSET_COMMIT = CoordinatorRecordType.OFFSET_COMMIT.id();

  private final ByteBuffer bytes;
  private final BitSet superseded = new BitSet();
  private int[] slots = new int[1 << 10];
  private long[] hashes = new long[1 << 9];
  private int[] keyAt = new int[1 << 9];
  private int[] keyLength = new int[1 << 9];
  private int[] last = new int[1 << 9];
  private int keys;

  SupersededCommits(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /// Takes note of a record, if it is a commit: neither another type nor a tombstone.
  ///
  /// @param ordinal which one it is; ascending
  void add(RecordCursor record, int ordinal) {
    int length = record.keyLength();
    int at = record.keyAt();
    if (record.valueLength() < 0 || length < 2 || bytes.getShort(at) != OFFSET_COMMIT) {
      return;
    }
    long hash = hash(at, length);
    int slot = slotOf(hash, at, length);
    if (slots[slot] != 0) {
      int key = slots[slot] - 1;
      superseded.set(last[key]);
      last[key] = ordinal;
      return;
    }
    if (keys == last.length) {
      grow();
      slot = slotOf(hash, at, length);
    }
    hashes[keys] = hash;
    keyAt[keys] = at;
    keyLength[keys] = length;
    last[keys] = ordinal;
    slots[slot] = ++keys;
  }

  boolean contains(int ordinal) {
    return superseded.get(ordinal);
  }

  private int slotOf(long hash, int at, int length) {
    int mask = slots.length - 1;
    int slot = (int) (hash >>> 32) & mask;
    while (slots[slot] != 0) {
      int key = slots[slot] - 1;
      if (hashes[key] == hash && keyLength[key] == length && equal(keyAt[key], at, length)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    int size = 2 * last.length;
    hashes = Arrays.copyOf(hashes, size);
    keyAt = Arrays.copyOf(keyAt, size);
    keyLength = Arrays.copyOf(keyLength, size);
    last = Arrays.copyOf(last, size);
    slots = new int[2 * size];
    int mask = slots.length - 1;
    for (int key = 0; key < keys; key++) {
      int slot = (int) (hashes[key] >>> 32) & mask;
      while (slots[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = key + 1;
    }
  }

  private long hash(int at, int length) {
    long hash = length;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      hash = mix(hash ^ bytes.getLong(at + i));
    }
    for (; i < length; i++) {
      hash = mix(hash ^ bytes.get(at + i));
    }
    return hash;
  }

  private static long mix(long bits) {
    long product = bits * 0x9E3779B97F4A7C15L;
    return product ^ (product >>> 29);
  }

  private boolean equal(int a, int b, int length) {
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      if (bytes.getLong(a + i) != bytes.getLong(b + i)) {
        return false;
      }
    }
    for (; i < length; i++) {
      if (bytes.get(a + i) != bytes.get(b + i)) {
        return false;
      }
    }
    return true;
  }
}
