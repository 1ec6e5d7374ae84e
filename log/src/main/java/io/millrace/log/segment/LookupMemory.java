package io.millrace.log.segment;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/// The buffers that batches are looked up with where only the files tell: one is needed for some
/// microseconds, so all logs of a node share a few, and a fetch from a cold place allocates none. A
/// monitor.
public final class LookupMemory {

  /// What a lookup reads at once: an index interval, or a block of index entries.
  static final int BYTES = 4096;

  /// As many lookups at a time find a buffer that was used before; there are fewer loops.
  private static final int SPARES = 16;

  private final ArrayDeque<ByteBuffer> spare = new ArrayDeque<>(SPARES);

  /// A direct buffer of [#BYTES], big-endian, cleared, to be given back.
  synchronized ByteBuffer take() {
    ByteBuffer buffer = spare.pollLast();
    return buffer != null ? buffer.clear() : ByteBuffer.allocateDirect(BYTES);
  }

  synchronized void giveBack(ByteBuffer buffer) {
    if (spare.size() < SPARES) {
      spare.addLast(buffer);
    }
  }

  /// How many buffers wait for a lookup.
  synchronized int spares() {
    return spare.size();
  }
}
