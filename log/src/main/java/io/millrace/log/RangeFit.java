package io.millrace.log;

import org.jspecify.annotations.Nullable;

/// How another replica's batches go with a rotten range of a log.
///
/// @param misfit why they are not the beginning of what was there; null when they are
/// @param sound whether they are whole: if not, a misfit says nothing of the range
/// @param length bytes of the batches that fit, from the first on
/// @param nextOffset behind these
public record RangeFit(@Nullable String misfit, boolean sound, int length, long nextOffset) {

  static RangeFit unsound(String why) {
    return new RangeFit(why, false, 0, 0);
  }

  static RangeFit other(String why) {
    return new RangeFit(why, true, 0, 0);
  }

  static RangeFit upTo(int length, long nextOffset) {
    return new RangeFit(null, true, length, nextOffset);
  }

  public boolean fits() {
    return misfit == null;
  }
}
