package io.millrace.runtime;

import java.nio.ByteBuffer;

/// The bytes that a connection has received and its handler has not taken. Direct, big-endian,
/// addressed absolutely; belongs to the loop and is only lent for the length of a call.
public final class ReceiveBuffer {

  private ByteBuffer bytes;
  private int readIndex;
  private int writeIndex;

  public ReceiveBuffer(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /// The memory; indexes of this class are absolute indexes into it. Its position and limit mean
  /// nothing and may be changed by the handler.
  public ByteBuffer bytes() {
    return bytes;
  }

  /// First byte not taken yet.
  public int readIndex() {
    return readIndex;
  }

  /// One behind the last byte received.
  public int writeIndex() {
    return writeIndex;
  }

  public int readableBytes() {
    return writeIndex - readIndex;
  }

  /// Marks bytes as taken.
  public void readIndex(int index) {
    if (index < readIndex || index > writeIndex) {
      throw new IndexOutOfBoundsException(index + " not in " + readIndex + ".." + writeIndex);
    }
    readIndex = index;
  }

  /// For the transport: the buffer and what of it holds received bytes.
  public void set(ByteBuffer newBytes, int newReadIndex, int newWriteIndex) {
    bytes = newBytes;
    readIndex = newReadIndex;
    writeIndex = newWriteIndex;
  }
}
