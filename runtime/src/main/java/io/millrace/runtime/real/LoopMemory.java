package io.millrace.runtime.real;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The receive buffers of one loop: 256 KiB each, lent to connections that have something
/// unfinished. Touched by its loop only, so thousands of idle connections share a handful, and so
/// do those that keep a request unfinished: beyond [#KEPT] of them each has to move what it holds
/// to memory of that size.
final class LoopMemory {

  /// Measured from 128 KiB to 1 MiB: no difference. Fits the level-2 cache.
  static final int STANDARD_BYTES = 256 * 1024;

  private static final int SPARES = 64;

  /// So many connections may keep standard memory for what is unfinished, where the next read
  /// continues in place. More hold it only if they are slow.
  static final int KEPT = 64;

  private static final int SMALLEST_BYTES = 512;

  private final ArrayDeque<Block> spare = new ArrayDeque<>();
  private int standardLent;
  private long bytesLent;

  /// Memory of at least `bytes` bytes.
  Block take(int bytes) {
    if (bytes > STANDARD_BYTES) {
      return lend(new Block(bytes));
    }
    standardLent++;
    @Nullable Block block = spare.pollLast();
    return lend(block != null ? block : new Block(STANDARD_BYTES));
  }

  /// Memory for `bytes` bytes that wait for more, of less than [#STANDARD_BYTES].
  Block takeSmall(int bytes) {
    int room = Integer.highestOneBit(Math.max(bytes, SMALLEST_BYTES) - 1) << 1;
    return lend(new Block(Math.min(room, STANDARD_BYTES - 1)));
  }

  private Block lend(Block block) {
    bytesLent += block.capacity();
    return block;
  }

  /// Whether so much is lent that who waits for the rest of a request should hold no more than he
  /// needs.
  boolean isScarce() {
    return standardLent > KEPT;
  }

  /// Bytes that connections hold.
  long bytesLent() {
    return bytesLent;
  }

  void giveBack(Block block) {
    bytesLent -= block.capacity();
    if (block.capacity() == STANDARD_BYTES) {
      standardLent--;
    }
    if (block.capacity() == STANDARD_BYTES && spare.size() < SPARES) {
      block.netty.clear();
      spare.addLast(block);
    } else {
      block.netty.release();
    }
  }

  void close() {
    spare.forEach(block -> block.netty.release());
    spare.clear();
  }

  /// Netty's buffer and one view of all its bytes. (A view, not `internalNioBuffer()`: that one is
  /// moved by Netty itself where it runs without Unsafe.)
  static final class Block {
    final ByteBuf netty;
    final ByteBuffer view;

    Block(int bytes) {
      netty = UnpooledByteBufAllocator.DEFAULT.directBuffer(bytes, bytes);
      view = netty.nioBuffer(0, bytes);
    }

    int capacity() {
      return netty.capacity();
    }
  }
}
