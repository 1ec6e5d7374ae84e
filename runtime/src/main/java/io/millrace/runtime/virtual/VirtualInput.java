package io.millrace.runtime.virtual;

import io.millrace.runtime.ReceiveBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a connection has received: in the kernel, and in the buffer that its handler is lent.
///
/// Made to catch bad framing: reads are of random length, the frame stands at a random place of a
/// poisoned buffer, moves to another one now and then, and what is left behind is poisoned.
final class VirtualInput {

  private static final byte[] POISON = new byte[4096];

  static {
    Arrays.fill(POISON, (byte) 0xDB);
  }

  private static final int MOST_BYTES_A_READ = 256 * 1024;
  private static final int SPARE_BYTES = 64;

  private final RandomGenerator random;
  private final ArrayDeque<ByteBuffer> kernel = new ArrayDeque<>();
  private int kernelBytes;
  private final ReceiveBuffer lent = new ReceiveBuffer(ByteBuffer.allocate(0));

  /// Everything in it but the bytes from `readIndex` to `writeIndex` is poison.
  private @Nullable ByteBuffer memory;

  /// The buffer that the bytes stood in before; all poison.
  private @Nullable ByteBuffer left;

  private int readIndex;
  private int writeIndex;
  private int needed;

  VirtualInput(RandomGenerator random) {
    this.random = random;
  }

  void arrived(byte[] bytes) {
    kernel.add(ByteBuffer.wrap(bytes));
    kernelBytes += bytes.length;
  }

  /// Bytes that wait in the kernel.
  int kernelBytes() {
    return kernelBytes;
  }

  /// Bytes that the handler has seen and not taken.
  int unfinishedBytes() {
    return writeIndex - readIndex;
  }

  /// Moves some bytes from the kernel into the buffer. Returns how many.
  int read() {
    int most = Math.min(kernelBytes, MOST_BYTES_A_READ);
    if (most == 0) {
      return 0;
    }
    int count = random.nextInt(3) == 0 ? 1 + random.nextInt(most) : most;
    ByteBuffer into = room(count);
    int left = count;
    while (left > 0) {
      ByteBuffer chunk = kernel.element();
      int n = Math.min(left, chunk.remaining());
      into.put(writeIndex, chunk, chunk.position(), n);
      chunk.position(chunk.position() + n);
      writeIndex += n;
      left -= n;
      if (!chunk.hasRemaining()) {
        kernel.remove();
      }
    }
    kernelBytes -= count;
    return count;
  }

  private ByteBuffer room(int count) {
    ByteBuffer from = memory == null ? null : memory.clear(); // The handler may have set its limit.
    int unfinished = unfinishedBytes();
    boolean moves = random.nextInt(unfinished > 64 * 1024 ? 32 : 4) == 0;
    if (from != null && from.capacity() - writeIndex >= count && !moves) {
      return from;
    }
    int lead = random.nextInt(SPARE_BYTES);
    int capacity = lead + Math.max(unfinished + count, needed) + random.nextInt(SPARE_BYTES);
    ByteBuffer to = other(capacity);
    if (from != null) {
      to.put(lead, from, readIndex, unfinished);
      poison(from, readIndex, writeIndex);
    }
    left = from;
    memory = to;
    readIndex = lead;
    writeIndex = lead + unfinished;
    return to;
  }

  /// Another buffer than the present one, poisoned: the one that was left before, if it will do.
  private ByteBuffer other(int capacity) {
    ByteBuffer spare = left;
    if (spare != null && spare.capacity() >= capacity) {
      return spare.clear();
    }
    ByteBuffer made = ByteBuffer.allocateDirect(capacity);
    poison(made, 0, capacity);
    return made;
  }

  private static void poison(ByteBuffer buffer, int from, int to) {
    for (int at = from; at < to; at += POISON.length) {
      buffer.put(at, POISON, 0, Math.min(POISON.length, to - at));
    }
  }

  /// The buffer as the handler sees it; null when there is nothing in it.
  @Nullable ReceiveBuffer lend() {
    ByteBuffer shown = memory;
    if (shown == null || unfinishedBytes() == 0) {
      return null;
    }
    lent.set(shown.clear(), readIndex, writeIndex);
    return lent;
  }

  /// The handler is done with what it was lent.
  ///
  /// @param frameBytes what the unfinished frame needs in all, or 0
  void handled(int frameBytes) {
    if (memory != null) {
      poison(memory.clear(), readIndex, lent.readIndex());
    }
    readIndex = lent.readIndex();
    needed = frameBytes;
  }
}
