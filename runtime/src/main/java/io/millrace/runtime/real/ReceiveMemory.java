package io.millrace.runtime.real;

import io.millrace.runtime.ReceiveBuffer;
import io.millrace.runtime.real.LoopMemory.Block;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What one connection has received and not yet handled, and where its next read goes: behind those
/// bytes, in the same memory. Netty asks for that memory before each read ([Reads#allocate]).
///
/// Invariants: (R1) the memory's writer index is the end of what was received; (R2) bytes from
/// [#readIndex] on are never moved while a handler is called.
final class ReceiveMemory implements RecvByteBufAllocator {

  /// A read into less room than this is not worth its system call; what is left is moved first.
  private static final int LEAST_ROOM = LoopMemory.STANDARD_BYTES / 8;

  /// Reads of one connection before the others of its loop get their turn.
  private static final int READS_IN_A_ROW = 8;

  private final LoopMemory memory;
  private @Nullable Block block;
  private int readIndex;
  private int needed;

  ReceiveMemory(LoopMemory memory) {
    this.memory = memory;
  }

  @Override
  public ExtendedHandle newHandle() {
    return new Reads();
  }

  int readableBytes() {
    return block == null ? 0 : block.netty.writerIndex() - readIndex;
  }

  /// Shows the received bytes to a handler.
  void show(ReceiveBuffer in) {
    Block shown = block;
    if (shown != null) {
      in.set(shown.view.clear(), readIndex, shown.netty.writerIndex());
    }
  }

  /// What a handler took, and how long the frame is that it left ([ReceiveBuffer]).
  void handled(int newReadIndex, int frameBytes) {
    readIndex = newReadIndex;
    needed = frameBytes;
  }

  /// The end of a read: gives the memory back to the loop if there is nothing in it, and where that
  /// is scarce, keeps no more than what is unfinished needs.
  void settle() {
    Block held = block;
    int unfinished = readableBytes();
    if (unfinished == 0) {
      release();
    } else if (held != null
        && memory.isScarce()
        && held.capacity() == LoopMemory.STANDARD_BYTES
        && unfinished <= LoopMemory.STANDARD_BYTES / 2) {
      moveTo(memory.takeSmall(unfinished), held, unfinished);
    }
  }

  void release() {
    Block held = block;
    if (held != null) {
      block = null;
      readIndex = 0;
      needed = 0;
      memory.giveBack(held);
    }
  }

  /// Memory to read into, with the unfinished frame in front of its writer index.
  private ByteBuf room() {
    Block into = block;
    if (into == null) {
      into = memory.take(LoopMemory.STANDARD_BYTES);
      block = into;
      readIndex = 0;
      return into.netty;
    }
    int unfinished = into.netty.writerIndex() - readIndex;
    if (unfinished == 0) {
      into.netty.clear();
      readIndex = 0;
      return into.netty;
    }
    int missing = Math.max(needed - unfinished, 1);
    if (into.netty.writableBytes() >= Math.max(missing, LEAST_ROOM)) {
      return into.netty;
    }
    return move(into, unfinished, missing);
  }

  /// Makes room at the end: the frame moves to the front, of larger memory if need be. Memory grows
  /// at most fourfold a time, so that a peer gets it for bytes that it has sent, not for bytes that
  /// it has announced.
  private ByteBuf move(Block from, int unfinished, int missing) {
    long enough = (long) unfinished + Math.max(missing, LEAST_ROOM);
    int capacity = (int) Math.min(enough, Math.max(4L * unfinished, LoopMemory.STANDARD_BYTES));
    return moveTo(capacity <= from.capacity() ? from : memory.take(capacity), from, unfinished);
  }

  private ByteBuf moveTo(Block to, Block from, int unfinished) {
    to.view.clear().put(0, from.view.clear(), readIndex, unfinished);
    to.netty.setIndex(0, unfinished);
    readIndex = 0;
    if (to != from) {
      block = to;
      memory.giveBack(from);
    }
    return to.netty;
  }

  /// Netty's side of it: an allocation before each read, and whether to read once more.
  private final class Reads implements ExtendedHandle {
    private int attempted;
    private int last;
    private int count;
    private boolean wanted = true;

    @Override
    public ByteBuf allocate(ByteBufAllocator alloc) {
      return room().retain();
    }

    @Override
    public int guess() {
      return LoopMemory.STANDARD_BYTES;
    }

    @Override
    public void reset(ChannelConfig config) {
      count = 0;
      wanted = config.isAutoRead();
    }

    @Override
    public void incMessagesRead(int messages) {
      count += messages;
    }

    @Override
    public void lastBytesRead(int bytes) {
      last = bytes;
    }

    @Override
    public int lastBytesRead() {
      return last;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
      attempted = bytes;
    }

    @Override
    public int attemptedBytesRead() {
      return attempted;
    }

    @Override
    public boolean continueReading() {
      return wanted && count < READS_IN_A_ROW && last > 0 && last == attempted;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return continueReading();
    }

    @Override
    public void readComplete() {}
  }
}
