package io.millrace.server.fuzz;

import io.millrace.runtime.Connection;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.FileSlice;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/// A connection that keeps only how the last answer began.
final class MemoryConnection implements Connection {

  private final EventLoop loop;
  private final InetSocketAddress address =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
  private ByteBuffer out = ByteBuffer.allocate(0);
  boolean closed;
  int answers;
  int lastCorrelationId;

  MemoryConnection(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public InetSocketAddress remote() {
    return address;
  }

  @Override
  public InetSocketAddress local() {
    return address;
  }

  @Override
  public ByteBuffer reserve(int bytes) {
    out = ByteBuffer.allocate(bytes);
    return out;
  }

  @Override
  public void commit() {
    answers++;
    lastCorrelationId = out.getInt(4);
  }

  @Override
  public void write(FileSlice slice) {
    slice.release();
  }

  @Override
  public void flush() {}

  @Override
  public long queuedBytes() {
    return 0;
  }

  @Override
  public void setReading(boolean reading) {}

  @Override
  public void close() {
    closed = true;
  }
}
