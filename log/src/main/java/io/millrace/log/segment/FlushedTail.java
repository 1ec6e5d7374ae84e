package io.millrace.log.segment;

import io.millrace.log.format.BatchHeader;
import io.millrace.log.format.BatchScanner;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The end of a segment's file that lies below its log's recovery point and is no batch. It was one
/// when it was flushed: either bits of it have flipped since, which another replica can repair, or
/// the file has become shorter, as one that was copied while it was written to.
public final class FlushedTail {

  private FlushedTail() {}

  /// Whether bits have flipped.
  ///
  /// @param position where it begins
  /// @param size of the file
  /// @param stop why no batch is there
  public static boolean isRotten(DiskFile file, long position, long size, BatchScanner.Stop stop)
      throws IOException {
    if (stop != BatchScanner.Stop.SHORT) {
      return true;
    }
    int rest = (int) (size - position);
    if (rest < BatchHeader.SIZE) {
      return false;
    }
    // Bits of the length alone, where the checksum, which does not cover it, holds for what is
    // there.
    ByteBuffer bytes = ByteBuffer.allocate(rest);
    while (bytes.hasRemaining() && file.read(bytes, position + bytes.position()) > 0) {}
    return BatchHeader.checksumHolds(bytes.clear(), 0, rest, new CRC32C());
  }
}
