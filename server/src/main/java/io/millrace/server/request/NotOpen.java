package io.millrace.server.request;

import io.millrace.runtime.Connection;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.FileSlice;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/// The connection of a handler that has not been opened: any use is a programmer error.
enum NotOpen implements Connection {
  INSTANCE;

  private static IllegalStateException notOpen() {
    return new IllegalStateException("the connection is not open");
  }

  @Override
  public EventLoop loop() {
    throw notOpen();
  }

  @Override
  public InetSocketAddress remote() {
    throw notOpen();
  }

  @Override
  public InetSocketAddress local() {
    throw notOpen();
  }

  @Override
  public ByteBuffer reserve(int bytes) {
    throw notOpen();
  }

  @Override
  public void commit() {
    throw notOpen();
  }

  @Override
  public void write(FileSlice slice) {
    throw notOpen();
  }

  @Override
  public void flush() {
    throw notOpen();
  }

  @Override
  public long queuedBytes() {
    return 0;
  }

  @Override
  public void setReading(boolean reading) {}

  @Override
  public void close() {}
}
