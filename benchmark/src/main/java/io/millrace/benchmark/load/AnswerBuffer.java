package io.millrace.benchmark.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// Collects what a connection receives and cuts it into answers. Keeps a partial answer in place.
final class AnswerBuffer {
  private final ByteBuffer in;
  private int start;

  /// Sees whole answers, which begin at `position` with their correlation id.
  @FunctionalInterface
  interface Answers {
    void answer(ByteBuffer in, int position, int size);
  }

  /// @param bytes more than the largest answer takes
  AnswerBuffer(int bytes) {
    this.in = ByteBuffer.allocateDirect(bytes);
  }

  /// Reads once what is there. Returns how many answers that completed.
  int receive(SocketChannel channel, Answers answers) throws IOException {
    if (!in.hasRemaining()) {
      compact();
    }
    if (channel.read(in) < 0) {
      throw new LoadException("the broker closed a connection");
    }
    int count = 0;
    while (in.position() - start >= Integer.BYTES) {
      int size = in.getInt(start);
      if (size < Integer.BYTES || size > in.capacity() - Integer.BYTES) {
        throw new LoadException("an answer of " + size + " bytes");
      }
      if (in.position() - start < Integer.BYTES + size) {
        break;
      }
      answers.answer(in, start + Integer.BYTES, size);
      start += Integer.BYTES + size;
      count++;
    }
    if (start == in.position()) {
      in.clear();
      start = 0;
    }
    return count;
  }

  private void compact() {
    in.flip().position(start).compact();
    start = 0;
  }
}
