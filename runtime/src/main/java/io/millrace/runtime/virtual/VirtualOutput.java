package io.millrace.runtime.virtual;

import io.millrace.runtime.Connection;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.FileSlice;
import io.millrace.runtime.Invariant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a connection has to send. File slices are read when they are sent, not when they are
/// queued.
final class VirtualOutput {

  private static final int SPARE_BYTES = 64;

  private final RandomGenerator random;
  private final ArrayDeque<Piece> unflushed = new ArrayDeque<>();
  private final ArrayDeque<Piece> flushed = new ArrayDeque<>();
  private ByteBuffer scratch = ByteBuffer.allocateDirect(1024);
  private int reservedAt = -1;
  private long queuedBytes;
  private boolean aboveMark;

  /// Bytes of memory, or of a file: whichever is not null.
  private static final class Piece {
    private final byte @Nullable [] bytes;
    private final @Nullable DiskFile file;
    private long from;
    private int left;

    Piece(byte @Nullable [] bytes, @Nullable DiskFile file, long from, int left) {
      this.bytes = bytes;
      this.file = file;
      this.from = from;
      this.left = left;
    }

    void take(ByteBuffer into, int count) throws IOException {
      if (bytes != null) {
        into.put(bytes, (int) from, count);
      } else if (file != null) {
        ByteBuffer part = into.slice(into.position(), count);
        if (file.read(part, from) < count) {
          throw new IOException(file.path() + " ends within a slice that was to be sent");
        }
        into.position(into.position() + count);
      }
      from += count;
      left -= count;
    }

    void release() {
      if (file != null) {
        file.release();
      }
    }
  }

  VirtualOutput(RandomGenerator random) {
    this.random = random;
  }

  long queuedBytes() {
    return queuedBytes;
  }

  ByteBuffer reserve(int bytes) {
    int lead = random.nextInt(SPARE_BYTES);
    if (scratch.capacity() < lead + bytes) {
      scratch = ByteBuffer.allocateDirect(lead + Math.max(bytes, 2 * scratch.capacity()));
    }
    reservedAt = lead;
    return scratch.clear().limit(lead + bytes).position(lead);
  }

  void commit() {
    Invariant.check(reservedAt >= 0, "commit without reserve");
    byte[] bytes = new byte[scratch.position() - reservedAt];
    scratch.get(reservedAt, bytes);
    reservedAt = -1;
    if (bytes.length > 0) {
      add(new Piece(bytes, null, 0, bytes.length));
    }
  }

  void write(FileSlice slice) {
    add(new Piece(null, slice.file(), slice.position(), slice.length()));
  }

  private void add(Piece piece) {
    unflushed.add(piece);
    queuedBytes += piece.left;
    if (queuedBytes > Connection.HIGH_MARK) {
      aboveMark = true;
    }
  }

  void flush() {
    flushed.addAll(unflushed);
    unflushed.clear();
  }

  /// At most `most` flushed bytes, ready to be sent; empty when there are none.
  byte[] take(int most) throws IOException {
    ByteBuffer into = ByteBuffer.allocate((int) Math.min(most, flushedBytes(most)));
    Piece head;
    while (into.hasRemaining() && (head = flushed.peek()) != null) {
      int count = Math.min(into.remaining(), head.left);
      head.take(into, count);
      if (head.left == 0) {
        flushed.remove();
        head.release();
      }
    }
    queuedBytes -= into.position();
    return into.array();
  }

  private long flushedBytes(int enough) {
    long sum = 0;
    for (Piece piece : flushed) {
      sum += piece.left;
      if (sum >= enough) {
        break;
      }
    }
    return sum;
  }

  /// Whether the owner is to be told that it may produce again. True once.
  boolean becameWritable() {
    boolean now = aboveMark && queuedBytes < Connection.HIGH_MARK / 2;
    if (now) {
      aboveMark = false;
    }
    return now;
  }

  void drop() {
    unflushed.forEach(Piece::release);
    flushed.forEach(Piece::release);
    unflushed.clear();
    flushed.clear();
    queuedBytes = 0;
  }
}
