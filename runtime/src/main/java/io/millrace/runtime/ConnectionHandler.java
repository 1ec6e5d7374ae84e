package io.millrace.runtime;

import org.jspecify.annotations.Nullable;

/// What a connection's owner does with it. All methods are called on the connection's loop.
public interface ConnectionHandler {

  void onOpen(Connection connection);

  /// Bytes arrived. Takes what it can from `in.readIndex()` on, moves the read index behind what it
  /// took, and leaves an unfinished frame in place: it will stand at the read index of the next
  /// call, longer, possibly in another buffer. May change the bytes it takes (offsets are set in
  /// place).
  ///
  /// @return the bytes, from the read index on, that the unfinished frame needs in all, or 0 when
  ///   not known yet; the buffer grows to that
  int onReceive(ReceiveBuffer in);

  /// The read is over (several [#onReceive] may have come): the moment to flush what was answered.
  void onReceiveComplete();

  /// What was queued has gone down below half of [Connection#HIGH_MARK], after it had passed it.
  void onWritable();

  /// The connection is gone; nothing is called afterwards, all that was queued has been released.
  ///
  /// @param cause null when either side closed it in order
  void onClose(@Nullable Throwable cause);
}
