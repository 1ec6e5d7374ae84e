package io.millrace.benchmark.load;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What one connection of a [ClosedLoop] sends, and what it does with the answers. Used by the
/// loop's thread only.
public interface Traffic {

  /// The next frame, or null when this connection has nothing left to send in this run. Its bytes
  /// stay as they are until the next call, which comes after they are written or copied.
  @Nullable ByteBuffer next(int correlationId);

  /// A whole answer, which begins at `position` with its correlation id. Throws [LoadException]
  /// where the answer is not what the row needs.
  void answered(ByteBuffer in, int position, int size);
}
