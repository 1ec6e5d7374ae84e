package io.millrace.runtime.real;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The receive buffers of one loop: 256 KiB each, lent to connections that have something
/// unfinished. Touched by its loop only, so thousands of idle connections share a handful.
final class LoopMemory {

  /// Measured from 128 KiB to 1 MiB: no difference. Fits the level-2 cache.
  static final int STANDARD_BYTES = 256 * 1024;

  private static final int SPARES = 64;

  private final ArrayDeque<Block> spare = new ArrayDeque<>();

  /// Memory of at least `bytes` bytes.
  Block take(int bytes) {
    if (bytes <= STANDARD_BYTES) {
      @Nullable Block block = spare.pollLast();
      return block != null ? block : new Block(STANDARD_BYTES);
    }
    return new Block(bytes);
  }

  void giveBack(Block block) {
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
