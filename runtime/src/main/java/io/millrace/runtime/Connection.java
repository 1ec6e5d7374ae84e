package io.millrace.runtime;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/// One stream socket. Belongs to its loop: only [#loop] may be called from elsewhere.
///
/// Sending: bytes are encoded straight into the connection's output ([#reserve], [#commit]), file
/// slices are queued between them, and [#flush] sends what has gathered with as few system calls as
/// it can. Nothing blocks: what the kernel does not take stays queued and counts in [#queuedBytes].
public interface Connection {

  /// Bytes in the output above which the owner had better stop producing more. Once it was passed,
  /// [ConnectionHandler#onWritable] comes when less than half of it is left.
  long HIGH_MARK = 1 << 20;

  EventLoop loop();

  InetSocketAddress remote();

  InetSocketAddress local();

  /// Room for `bytes` bytes at the end of the output: a buffer with exactly that many remaining,
  /// valid until the next call on this connection.
  ByteBuffer reserve(int bytes);

  /// Queues the reserved bytes, up to the reserved buffer's position.
  void commit();

  /// Queues a part of a file, to be sent by `sendfile`; takes over the slice's reference.
  void write(FileSlice slice);

  /// Starts sending what is queued.
  void flush();

  /// Bytes queued, file slices included, that the kernel has not taken.
  long queuedBytes();

  /// Stops reading from the socket, so that the peer is slowed down by TCP, and starts again.
  /// Idempotent. After `setReading(true)`, bytes that are already in the receive buffer are offered
  /// to the handler again in a later step.
  void setReading(boolean reading);

  /// Closes; what is queued is dropped. The handler's `onClose` follows in a later step.
  /// Idempotent.
  void close();
}
