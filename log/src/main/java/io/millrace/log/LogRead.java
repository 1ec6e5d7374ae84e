package io.millrace.log;

import io.millrace.runtime.FileSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/// What a read found.
public sealed interface LogRead {

  /// Whole batches of one segment, except that the last may be cut short (clients know) and that
  /// the first may begin before the offset that was asked for.
  ///
  /// @param slice carries a reference to the file; whoever holds the read last gives it back
  record Data(FileSlice slice) implements LogRead {

    /// Reads the slice into memory and gives its reference back. Blocks on the disk.
    public ByteBuffer load() throws IOException {
      try {
        ByteBuffer bytes = ByteBuffer.allocate(slice.length());
        while (bytes.hasRemaining()
            && slice.file().read(bytes, slice.position() + bytes.position()) > 0) {}
        return bytes.flip();
      } finally {
        slice.release();
      }
    }

    /// [#load] as Kafka's record class, for hosted libraries.
    public MemoryRecords loadRecords() throws IOException {
      return MemoryRecords.readableRecords(load());
    }
  }

  /// Nothing to read yet: the offset is the end, or the upper bound was reached.
  record Empty() implements LogRead {}

  /// @param error OFFSET_OUT_OF_RANGE, or CORRUPT_MESSAGE for a range known to be damaged
  record Refused(Errors error, String message) implements LogRead {}

  /// The disk failed; the log directory must be taken offline.
  record Failed(IOException cause) implements LogRead {}

  /// The one [Empty].
  LogRead EMPTY = new Empty();
}
