package io.millrace.log.append;

import io.millrace.log.format.BatchHeader;
import java.nio.ByteBuffer;

/// Cuts received bytes into batches without trusting their lengths.
public final class BatchFraming {

  /// Fewer bytes than a batch: nothing, or one cut short.
  public static final int PARTIAL = 0;

  /// A length or a magic that no batch has.
  public static final int MALFORMED = -1;

  private BatchFraming() {}

  /// Bytes of the batch at `at`, all of them before `end`; [#PARTIAL] or [#MALFORMED].
  public static int sizeAt(ByteBuffer bytes, int at, int end) {
    int left = end - at;
    if (left < BatchHeader.LENGTH_END) {
      return PARTIAL;
    }
    if (!BatchHeader.hasSaneLength(bytes, at)) {
      return MALFORMED;
    }
    if (left < BatchHeader.MAGIC_END) {
      return PARTIAL;
    }
    byte magic = BatchHeader.magic(bytes, at);
    if (magic < 0 || magic > 2) {
      return MALFORMED;
    }
    int size = BatchHeader.sizeInBytes(bytes, at);
    return size <= left ? size : PARTIAL;
  }
}
