package io.millrace.log.segment;

import io.millrace.log.AbortedTransaction;
import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The transactions whose abort marker lies in this segment. The file appears with the first one.
///
/// File (`.txnindex`), big-endian: entries of 34 bytes in the order of their markers: version 0
/// (2), producer id (8), first offset (8), offset of the marker (8), last stable offset when the
/// marker was appended (8).
public final class TransactionIndex {

  static final int ENTRY_SIZE = 34;

  private final IndexFile file;
  private boolean exists;

  /// What the full disk did not take yet.
  private final List<AbortedTransaction> waiting = new ArrayList<>(0);

  TransactionIndex(Disk disk, Path path, int entries, boolean exists) {
    this.file = new IndexFile(disk, path, ENTRY_SIZE, entries);
    this.exists = exists;
  }

  IndexFile file() {
    return file;
  }

  boolean exists() {
    return exists;
  }

  void append(AbortedTransaction aborted) throws IOException {
    waiting.add(aborted);
    try {
      write();
    } catch (DiskFullException e) {
      // It goes on waiting: its marker is in the log.
    }
  }

  /// Writes the entries that wait.
  void write() throws IOException {
    while (!waiting.isEmpty()) {
      AbortedTransaction aborted = waiting.getFirst();
      ByteBuffer entry = ByteBuffer.allocate(ENTRY_SIZE);
      entry.putShort((short) 0).putLong(aborted.producerId()).putLong(aborted.firstOffset());
      entry.putLong(aborted.lastOffset()).putLong(aborted.lastStableOffset());
      file.append(entry.flip());
      exists = true;
      waiting.removeFirst();
    }
  }

  /// Adds to `found` the transactions that touch `[startOffset, endOffset)`.
  ///
  /// @return whether later segments need not be asked
  boolean collect(long startOffset, long endOffset, List<AbortedTransaction> found)
      throws IOException {
    ByteBuffer entry = ByteBuffer.allocate(ENTRY_SIZE);
    for (int i = 0; i < file.entries() + waiting.size(); i++) {
      AbortedTransaction aborted =
          i < file.entries() ? entry(i, entry) : waiting.get(i - file.entries());
      if (aborted.lastOffset() >= startOffset && aborted.firstOffset() < endOffset) {
        found.add(aborted);
      }
      if (aborted.lastStableOffset() >= endOffset) {
        return true;
      }
    }
    return false;
  }

  /// Drops the entries whose marker lies at or above `offset`.
  void truncateTo(long offset) throws IOException {
    ByteBuffer entry = ByteBuffer.allocate(ENTRY_SIZE);
    waiting.removeIf(aborted -> aborted.lastOffset() >= offset);
    int keep = file.entries();
    while (keep > 0 && entry(keep - 1, entry).lastOffset() >= offset) {
      keep--;
    }
    if (exists) {
      file.truncate(keep);
    }
  }

  private AbortedTransaction entry(int index, ByteBuffer entry) throws IOException {
    file.read(index, entry);
    return new AbortedTransaction(
        entry.getLong(2), entry.getLong(10), entry.getLong(18), entry.getLong(26));
  }
}
