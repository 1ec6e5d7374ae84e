package io.millrace.log.format;

import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// Walks the batches of a segment file in order, from a given position to a given end, through a
/// buffer of its own. After a successful [#next] the accessors speak of the current batch.
///
/// Stops at the first thing that is not a whole batch; [#stop] tells why and [#position] where.
/// Nothing read from the file is trusted before it was compared with the file's end. Not
/// thread-safe.
public final class BatchScanner {

  /// Why a walk ended.
  public enum Stop {
    /// Not ended yet.
    NONE,
    /// The end was reached exactly behind a batch.
    END,
    /// Fewer bytes are left than a header or than the header announces.
    SHORT,
    /// Length, magic or counts that no batch has, or a checksum that does not hold.
    INVALID
  }

  private static final int LARGEST_BUFFER_STEP = 1 << 20;
  private static final int FIRST_STEP = 4096;
  private static final int SMALLEST_STEP = 512;

  private final DiskFile file;
  private final long end;
  private final boolean verify;
  private final CRC32C crc = new CRC32C();
  private ByteBuffer buffer;

  /// File position of `buffer[0]`, and how many bytes of the buffer are valid.
  private long bufferStart;

  private int bufferLength;

  /// Bytes read at once, and batches found in what was read last: a walk over headers does not read
  /// what lies between those of large batches.
  private int step;

  private int batchesInStep;

  private long position;
  private int size;
  private Stop stop = Stop.NONE;

  /// @param verify whether checksums are compared: then every byte is read, else headers only
  public BatchScanner(DiskFile file, long from, long end, int bufferBytes, boolean verify) {
    this(file, from, end, ByteBuffer.allocate(Math.max(bufferBytes, BatchHeader.SIZE)), verify);
  }

  /// A walk over headers through a buffer that is lent for as long as the walk takes.
  ///
  /// @param buffer holds a header at least
  public BatchScanner(DiskFile file, long from, long end, ByteBuffer buffer) {
    this(file, from, end, buffer, false);
  }

  private BatchScanner(DiskFile file, long from, long end, ByteBuffer buffer, boolean verify) {
    this.file = file;
    this.end = end;
    this.verify = verify;
    this.buffer = buffer;
    this.step = verify ? buffer.capacity() : Math.min(buffer.capacity(), FIRST_STEP);
    this.position = from;
    this.bufferStart = from;
  }

  /// Moves to the next batch.
  ///
  /// @return whether there is one; if not, [#position] is where it would begin
  public boolean next() throws IOException {
    position += size;
    size = 0;
    long left = end - position;
    if (left <= 0) {
      return stopAt(Stop.END);
    }
    if (left < BatchHeader.MAGIC_END || !require((int) Math.min(left, BatchHeader.SIZE))) {
      return stopAt(Stop.SHORT);
    }
    int at = at();
    byte magic = BatchHeader.magic(buffer, at);
    if (!BatchHeader.hasSaneLength(buffer, at) || magic < 0 || magic > 2) {
      return stopAt(Stop.INVALID);
    }
    int announced = BatchHeader.sizeInBytes(buffer, at);
    if (magic == 2 && announced < BatchHeader.SIZE) {
      return stopAt(Stop.INVALID);
    }
    if (announced > left) {
      return stopAt(Stop.SHORT);
    }
    if (magic == 2
        && (BatchHeader.lastOffsetDelta(buffer, at) < 0
            || BatchHeader.recordCount(buffer, at) < 0
            || BatchHeader.baseOffset(buffer, at) < 0)) {
      return stopAt(Stop.INVALID);
    }
    if (verify) {
      if (!require(announced)) {
        return stopAt(Stop.SHORT);
      }
      if (!BatchHeader.holds(buffer, at(), announced, crc)) {
        return stopAt(Stop.INVALID);
      }
    }
    size = announced;
    batchesInStep++;
    stop = Stop.NONE;
    return true;
  }

  /// Goes on at another position, whatever came before.
  public void seek(long newPosition) {
    position = newPosition;
    size = 0;
    stop = Stop.NONE;
  }

  /// Loads the whole current batch.
  ///
  /// @return a buffer that is valid until the next call, with the batch at [#at]
  public ByteBuffer whole() throws IOException {
    if (!require(size)) {
      throw new IOException(file.path() + ": became shorter while it was read");
    }
    return buffer;
  }

  /// Whether the current batch's checksum holds, also in a walk over headers.
  public boolean holds() throws IOException {
    return BatchHeader.holds(whole(), at(), size, crc);
  }

  /// Index of the current batch in [#header].
  public int at() {
    return (int) (position - bufferStart);
  }

  /// Holds at least the current batch's header at [#at], until the next call.
  public ByteBuffer header() {
    return buffer;
  }

  /// Where the current batch begins, or where the walk stopped.
  public long position() {
    return position;
  }

  public int size() {
    return size;
  }

  public Stop stop() {
    return stop;
  }

  public long baseOffset() {
    return BatchHeader.baseOffset(buffer, at());
  }

  public long lastOffset() {
    return BatchHeader.lastOffset(buffer, at());
  }

  public long maxTimestamp() {
    return BatchHeader.maxTimestamp(buffer, at());
  }

  public byte magic() {
    return BatchHeader.magic(buffer, at());
  }

  /// -1 for batches of magic 0 and 1.
  public int leaderEpoch() {
    return magic() >= 2 ? BatchHeader.leaderEpoch(buffer, at()) : -1;
  }

  private boolean stopAt(Stop why) {
    stop = why;
    return false;
  }

  /// Makes `length` bytes from `position` on available; false when the file is shorter.
  private boolean require(int length) throws IOException {
    long from = position - bufferStart;
    if (from >= 0 && from + length <= bufferLength) {
      return true;
    }
    if (length > buffer.capacity()) {
      // The announced size was compared with the file's before; grows to what is needed only.
      buffer =
          ByteBuffer.allocate(
              length <= LARGEST_BUFFER_STEP ? Integer.highestOneBit(length - 1) << 1 : length);
    }
    if (!verify) {
      adaptStep();
    }
    bufferStart = position;
    bufferLength = 0;
    buffer
        .clear()
        .limit((int) Math.min(Math.min(buffer.capacity(), Math.max(step, length)), end - position));
    while (buffer.hasRemaining()) {
      int read = file.read(buffer, position + buffer.position());
      if (read <= 0) {
        break;
      }
    }
    bufferLength = buffer.position();
    return bufferLength >= length;
  }

  /// Many batches in what was read: read more the next time. One or none: read less.
  private void adaptStep() {
    if (batchesInStep >= 8) {
      step = Math.min(buffer.capacity(), step * 2);
    } else if (batchesInStep <= 1) {
      step = Math.min(step, Math.max(SMALLEST_STEP, step / 2));
    }
    batchesInStep = 0;
  }
}
