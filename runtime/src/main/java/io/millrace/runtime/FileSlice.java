package io.millrace.runtime;

/// A range of an open file on its way to a socket. Carries one reference to the file, which whoever
/// holds the slice last gives back: [Connection#write(FileSlice)] takes it over.
///
/// @param position first byte
/// @param length bytes, at least 1
/// @param recent whether the range was written a moment ago and is surely in the page cache: sent
///   by the loop unasked. Other slices are probed first ([DiskFile#isResident]), since a cold page
///   would stall every connection of the loop
public record FileSlice(DiskFile file, long position, int length, boolean recent) {

  /// A slice that nothing is known of.
  public FileSlice(DiskFile file, long position, int length) {
    this(file, position, length, false);
  }

  public void release() {
    file.release();
  }
}
