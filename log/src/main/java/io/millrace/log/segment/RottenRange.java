package io.millrace.log.segment;

/// Bytes of a segment that are not as they were written: found by their checksums or because they
/// do not fit what lies around them, by a scrub or by a start that looks through an unclean end.
/// (What a start finds there is *damage*: it may never have been whole, and nobody knows which
/// producers wrote it.)
///
/// The batches before and behind are sound, so the range holds the batches of certain offsets in a
/// certain number of bytes; any replica has the very same bytes for them.
///
/// @param firstOffset of the first batch that cannot be trusted
/// @param nextOffset base offset of the next sound batch, or the segment's end
/// @param position in the segment's file where it begins
/// @param endPosition in the file where the next sound batch begins, or the file ends
/// @param lost no replica had a sound copy when they were asked
public record RottenRange(
    long segmentOffset,
    long firstOffset,
    long nextOffset,
    int position,
    int endPosition,
    boolean lost) {

  public int length() {
    return endPosition - position;
  }

  boolean overlaps(RottenRange other) {
    return position < other.endPosition && other.position < endPosition;
  }

  /// What is left of it when the batches below `offset` have been written again.
  public RottenRange from(long offset, int at) {
    return new RottenRange(segmentOffset, offset, nextOffset, at, endPosition, lost);
  }

  /// Of a range that is repaired in pieces the end stays.
  public boolean isRestOf(RottenRange found) {
    return segmentOffset == found.segmentOffset && endPosition == found.endPosition;
  }

  public RottenRange asLost(boolean now) {
    return new RottenRange(segmentOffset, firstOffset, nextOffset, position, endPosition, now);
  }
}
