package io.millrace.log.segment;

import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Single bytes of a file, mostly forwards, through a buffer.
final class PageReader {

  private static final int BUFFER = 1 << 16;

  private final DiskFile file;
  private final long size;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
  private long start;
  private int length;

  PageReader(DiskFile file, long size) {
    this.file = file;
    this.size = size;
  }

  byte at(long position) throws IOException {
    long index = position - start;
    if (index < 0 || index >= length) {
      fill(position);
      index = 0;
    }
    return buffer.get((int) index);
  }

  private void fill(long position) throws IOException {
    if (position >= size) {
      throw new IOException(file.path() + ": nothing at " + position);
    }
    buffer.clear();
    while (buffer.hasRemaining() && file.read(buffer, position + buffer.position()) > 0) {}
    if (buffer.position() == 0) {
      throw new IOException(file.path() + ": became shorter while it was read");
    }
    start = position;
    length = buffer.position();
  }
}
