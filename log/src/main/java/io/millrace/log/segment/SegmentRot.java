package io.millrace.log.segment;

import io.millrace.log.format.BatchScanner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known to be rotten in one segment, in ascending order. Nothing, nearly always. Under the
/// guard of the segment's log.
public final class SegmentRot {

  private final List<RottenRange> ranges = new ArrayList<>(0);

  public boolean isEmpty() {
    return ranges.isEmpty();
  }

  public List<RottenRange> ranges() {
    return List.copyOf(ranges);
  }

  /// The first range that does not end below `offset`.
  public @Nullable RottenRange atOrBehind(long offset) {
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).nextOffset() > offset) {
        return ranges.get(i);
      }
    }
    return null;
  }

  /// Behind the last range, 0 where there is none.
  long nextOffset() {
    return ranges.isEmpty() ? 0 : ranges.getLast().nextOffset();
  }

  /// Notes a range, unless it is known or one that it overlaps with.
  ///
  /// @return the range as it is known now
  public RottenRange add(RottenRange found) {
    int place = 0;
    for (RottenRange known : ranges) {
      if (known.overlaps(found)) {
        return known;
      }
      place += known.position() < found.position() ? 1 : 0;
    }
    ranges.add(place, found);
    return found;
  }

  /// A range has become another one.
  public void replace(RottenRange before, RottenRange now) {
    ranges.replaceAll(range -> range.equals(before) ? now : range);
  }

  public void remove(RottenRange range) {
    ranges.remove(range);
  }

  /// Nothing from `position` on is there any more.
  void cut(int position) {
    ranges.removeIf(range -> range.position() >= position);
  }

  /// Moves to the next batch that is not known to be rotten. A walk that begins within a range goes
  /// by what it finds there.
  public boolean next(BatchScanner scanner) throws IOException {
    boolean found = scanner.next();
    for (int i = 0; i < ranges.size(); i++) {
      if (scanner.position() == ranges.get(i).position()) {
        scanner.seek(ranges.get(i).endPosition());
        found = scanner.next();
      }
    }
    return found;
  }
}
