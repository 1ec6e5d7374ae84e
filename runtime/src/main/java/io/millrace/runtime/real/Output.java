package io.millrace.runtime.real;

import io.millrace.runtime.Connection;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.FileSlice;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// What one connection has to send. Touched by its loop only.
///
/// Three stages, in order: `tail`, the buffer that answers are encoded into; `held`, bytes and file
/// parts that wait; and what was handed to Netty, at most about [#AHEAD_BYTES]. Nearly always bytes
/// go from the first stage straight to the third.
///
/// Netty counts a file region as no bytes at all, so the count here is our own: up when bytes are
/// committed, down when Netty reports a message as sent.
final class Output implements ChannelFutureListener {

  /// Answers to one read burst usually fit; more take another buffer and leave in the same
  /// `writev`.
  private static final int TAIL_BYTES = 8 * 1024;

  /// Handed to Netty in advance of the socket.
  private static final long AHEAD_BYTES = 1 << 20;

  /// File slices are probed, read and sent in parts of this size.
  private static final int PART_BYTES = 1 << 20;

  /// Parts of one connection that are read from the device at the same time.
  private static final int PARTS_AHEAD = 3;

  /// A cached slice of at most this size is read into the buffer with the bytes around it: one send
  /// instead of a send, a `sendfile` and another send. Copying costs less than one of them.
  private static final int COPIED_BYTES = 16 * 1024;

  private final Channel channel;
  private final ColdReads coldReads;
  private final Runnable onWritable;

  private final ArrayDeque<Object> held = new ArrayDeque<>();
  private final ArrayDeque<Integer> handed = new ArrayDeque<>();
  private long handedBytes;
  private long queuedBytes;
  private boolean aboveMark;
  private boolean closed;
  private @Nullable Throwable failure;

  private @Nullable ByteBuf tail;
  private @Nullable ByteBuffer tailView;

  Output(Channel channel, ColdReads coldReads, Runnable onWritable) {
    this.channel = channel;
    this.coldReads = coldReads;
    this.onWritable = onWritable;
  }

  long queuedBytes() {
    return queuedBytes;
  }

  /// Why sending failed, if it did.
  @Nullable Throwable failure() {
    return failure;
  }

  ByteBuffer reserve(int bytes) {
    if (closed) {
      return ByteBuffer.allocate(bytes); // Nobody will see it.
    }
    ByteBuf into = tail;
    ByteBuffer view = tailView;
    if (into == null || view == null || into.writableBytes() < bytes) {
      closeTail();
      into = channel.alloc().directBuffer(Math.max(bytes, TAIL_BYTES));
      view = into.nioBuffer(0, into.capacity());
      tail = into;
      tailView = view;
    }
    int start = into.writerIndex();
    return view.limit(start + bytes).position(start);
  }

  void commit() {
    if (closed) {
      return;
    }
    ByteBuf into = tail;
    ByteBuffer view = tailView;
    if (into == null || view == null) {
      throw new IllegalStateException("commit without reserve");
    }
    queued(view.position() - into.writerIndex());
    into.writerIndex(view.position());
  }

  void write(FileSlice slice) {
    if (closed) {
      slice.release();
      return;
    }
    if (slice.length() <= COPIED_BYTES
        && (slice.recent() || slice.file().isResident(slice.position(), slice.length()))) {
      copy(slice);
      return;
    }
    closeTail();
    queued(slice.length());
    DiskFile file = slice.file();
    long position = slice.position();
    int left = slice.length();
    while (left > PART_BYTES) {
      file.retain();
      held.add(new Part(file, position, PART_BYTES, slice.recent()));
      position += PART_BYTES;
      left -= PART_BYTES;
    }
    held.add(new Part(file, position, left, slice.recent()));
    drain();
  }

  private void copy(FileSlice slice) {
    try {
      ByteBuffer into = reserve(slice.length());
      int n = slice.file().read(into, slice.position());
      if (n < slice.length()) {
        throw endsWithin(slice.file());
      }
      commit();
    } catch (IOException e) {
      failure = e;
      channel.close();
    } finally {
      slice.release();
    }
  }

  private static IOException endsWithin(DiskFile file) {
    return new IOException(file.path() + " ends within a slice that was to be sent");
  }

  void flush() {
    closeTail();
    channel.flush();
  }

  /// Drops all that Netty has not got; Netty drops the rest itself.
  void close() {
    closed = true;
    ByteBuf into = tail;
    if (into != null) {
      into.release();
      tail = null;
      tailView = null;
    }
    for (Object message : held) {
      if (message instanceof Part part) {
        part.file.release();
      } else {
        ((ByteBuf) message).release();
      }
    }
    held.clear();
    queuedBytes = handedBytes;
  }

  private void queued(int bytes) {
    queuedBytes += bytes;
    if (queuedBytes > Connection.HIGH_MARK) {
      aboveMark = true;
    }
  }

  /// Ends the buffer that is encoded into and queues it.
  private void closeTail() {
    ByteBuf full = tail;
    if (full == null) {
      return;
    }
    tail = null;
    tailView = null;
    if (!full.isReadable() || closed) {
      full.release();
    } else if (held.isEmpty()) {
      handOver(full, full.readableBytes());
    } else {
      held.add(full);
    }
  }

  /// Hands Netty what it may have. Does not flush.
  private void drain() {
    while (handedBytes < AHEAD_BYTES) {
      Object head = held.peek();
      if (head == null) {
        return;
      }
      if (head instanceof Part part) {
        if (!part.maySend()) {
          readAhead();
          return;
        }
        held.remove();
        handOver(part);
      } else {
        held.remove();
        ByteBuf bytes = (ByteBuf) head;
        handOver(bytes, bytes.readableBytes());
      }
    }
  }

  /// While the first part is read from the device, the next ones may be too.
  private void readAhead() {
    int ahead = 0;
    for (Object message : held) {
      if (message instanceof Part part && !part.maySend() && ++ahead == PARTS_AHEAD) {
        return;
      }
    }
  }

  private void handOver(Part part) {
    if (part.file instanceof NioFile file) {
      handOver(new SliceRegion(file, part.position, part.length), part.length);
      return;
    }
    ByteBuf copy = channel.alloc().directBuffer(part.length);
    try {
      ByteBuffer into = copy.nioBuffer(0, part.length);
      int n = part.file.read(into, part.position);
      if (n < part.length) {
        throw endsWithin(part.file);
      }
      handOver(copy.writerIndex(n), n);
    } catch (IOException e) {
      copy.release();
      failure = e;
      channel.close();
    } finally {
      part.file.release();
    }
  }

  private void handOver(Object message, int bytes) {
    handed.add(bytes);
    handedBytes += bytes;
    channel.write(message).addListener(this);
  }

  /// Netty has sent a message, or dropped it. They come in the order they were handed over.
  @Override
  public void operationComplete(ChannelFuture future) {
    int bytes = handed.remove();
    handedBytes -= bytes;
    queuedBytes -= bytes;
    if (!future.isSuccess()) {
      if (failure == null) {
        failure = future.cause();
      }
      return;
    }
    if (!held.isEmpty()) {
      drain();
      channel.flush();
    }
    if (aboveMark && queuedBytes < Connection.HIGH_MARK / 2) {
      aboveMark = false;
      onWritable.run();
    }
  }

  /// A part of a slice that waits, with one reference to its file.
  private final class Part {
    private final DiskFile file;
    private final long position;
    private final int length;
    private boolean warm;
    private boolean warming;

    Part(DiskFile file, long position, int length, boolean recent) {
      this.file = file;
      this.position = position;
      this.length = length;
      this.warm = recent;
    }

    /// Whether it can be sent without waiting for the device; if not, sees to it that it can.
    boolean maySend() {
      if (!warm && !warming) {
        if (file.isResident(position, length)) {
          warm = true;
        } else {
          warming = true;
          coldReads.warm(file, position, length, () -> channel.eventLoop().execute(this::warmed));
        }
      }
      return warm;
    }

    private void warmed() {
      warm = true;
      if (!closed) {
        drain();
        channel.flush();
      }
    }
  }
}
