package io.millrace.coordination;

import io.millrace.coordination.CoordinatorLog.Found;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.CorruptRecordException;

/// The part of a log that is in memory while it is replayed: one buffer, filled by several reads.
///
/// It begins small, since most shards are, and grows whenever it was filled: the larger it is, the
/// more of the commits in it supersede each other. Belongs to one replay, whose worker jobs follow
/// one another.
final class LogWindow {
  private static final int FIRST_BYTES = 64 << 10;
  private static final int GROWTH = 4;
  private static final int READS = 4;

  private final int readBytes;
  private ByteBuffer buffer = ByteBuffer.allocateDirect(0);
  private boolean full;
  private long nextOffset;

  /// @param readBytes what one read takes at most, larger batches excepted; the largest window is
  ///   four of them
  LogWindow(int readBytes) {
    this.readBytes = readBytes;
  }

  /// Reads whole batches from `offset` on, as many as there are or as fit in, at least one. False
  /// at the log's end.
  ///
  /// @throws CorruptRecordException when `offset` lies behind the log's end
  boolean fill(CoordinatorLog log, long offset) throws IOException {
    if (buffer.capacity() == 0 || (full && buffer.capacity() < maxBytes())) {
      long larger = Math.max(FIRST_BYTES, (long) GROWTH * buffer.capacity());
      buffer = ByteBuffer.allocateDirect((int) Math.min(larger, maxBytes()));
    }
    full = false;
    nextOffset = offset;
    buffer.clear();
    int atMost = readBytes;
    boolean more = true;
    while (more) {
      buffer.limit((int) Math.min(buffer.capacity(), (long) buffer.position() + atMost));
      switch (log.read(nextOffset, buffer)) {
        case Found.Batches batches -> nextOffset = batches.nextOffset();
        case Found.BeforeStart _ -> nextOffset = Math.max(nextOffset + 1, log.logStartOffset());
        case Found.AtEnd _ -> more = false;
        case Found.BehindEnd _ -> {
          more = false;
          if (buffer.position() == 0) {
            throw new CorruptRecordException("Offset " + nextOffset + " lies behind the log's end");
          }
          // The checksum of what was read last will tell.
        }
        case Found.Larger larger -> {
          full = buffer.position() > 0;
          more = !full;
          if (more) {
            // A batch that is larger than everything else has the window to itself.
            atMost = larger.bytes();
            buffer = ByteBuffer.allocateDirect(Math.max(atMost, buffer.capacity()));
          }
        }
      }
    }
    buffer.flip();
    return buffer.hasRemaining();
  }

  /// What was read: whole batches between position and limit. Valid until the next [#fill].
  ByteBuffer bytes() {
    return buffer.duplicate();
  }

  /// Where the log goes on behind them.
  long nextOffset() {
    return nextOffset;
  }

  private long maxBytes() {
    return Math.min(Integer.MAX_VALUE / 2, (long) READS * readBytes);
  }
}
