package io.millrace.runtime;

/// A range of an open file on its way to a socket. Carries one reference to the file, which whoever
/// holds the slice last gives back: [Connection#write(FileSlice)] takes it over.
///
/// @param position first byte
/// @param length bytes, at least 1
public record FileSlice(DiskFile file, long position, int length) {

  public void release() {
    file.release();
  }
}
