package io.millrace.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// An open file, counted by references: the log that appends to it holds one, every answer that is
/// still on its way to a socket ([FileSlice]) holds another, and the descriptor is closed with the
/// last. Positional reads and writes only, so that any thread may use it; who may write is the
/// caller's affair.
public interface DiskFile {

  /// Where it was opened; [#renamed] changes it.
  Path path();

  /// Follows a rename done through [Disk#rename].
  void renamed(Path to);

  long size() throws IOException;

  /// Fills `dst` from `position` on, as far as the file goes. Returns the bytes read, 0 at its end.
  int read(ByteBuffer dst, long position) throws IOException;

  /// Writes all of `src` at `position`. When it throws, any prefix may have been written.
  void write(ByteBuffer src, long position) throws IOException;

  /// Cuts or extends (with zeros) to `size` bytes.
  void truncate(long size) throws IOException;

  /// Makes content and size durable (fdatasync).
  void sync() throws IOException;

  /// Whether reading the range would not wait for the device. A guess: may be wrong either way.
  boolean isResident(long position, long length);

  /// Takes one more reference. Only for who holds one.
  void retain();

  /// Gives one back; the last one closes the descriptor.
  void release();
}
