package io.millrace.log.segment;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The segments of a log in ascending order of base offsets. The last one is active.
public final class LogSegments {

  private final List<Segment> segments = new ArrayList<>();

  public void add(Segment segment) {
    segments.add(segment);
  }

  public int count() {
    return segments.size();
  }

  public boolean isEmpty() {
    return segments.isEmpty();
  }

  public Segment get(int index) {
    return segments.get(index);
  }

  public Segment first() {
    return segments.getFirst();
  }

  public Segment active() {
    return segments.getLast();
  }

  /// Index of the last segment with a base offset at or below `offset`, -1 when there is none.
  public int floor(long offset) {
    int low = -1;
    for (int high = segments.size() - 1; low < high; ) {
      int middle = (low + high + 1) >>> 1;
      if (segments.get(middle).baseOffset() <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /// Where the segment at `index` ends: the base offset of the next.
  ///
  /// @param logEndOffset for the active one
  public long endOffset(int index, long logEndOffset) {
    return index + 1 < segments.size() ? segments.get(index + 1).baseOffset() : logEndOffset;
  }

  /// Takes the first `count` segments out.
  public List<Segment> removeFirst(int count) {
    List<Segment> head = segments.subList(0, count);
    List<Segment> removed = new ArrayList<>(head);
    head.clear();
    return removed;
  }

  /// Takes the segments from `index` on out.
  public List<Segment> removeFrom(int index) {
    List<Segment> tail = segments.subList(index, segments.size());
    List<Segment> removed = new ArrayList<>(tail);
    tail.clear();
    return removed;
  }

  /// Bytes of all segments.
  public long size() {
    long size = 0;
    for (int i = 0; i < segments.size(); i++) {
      size += segments.get(i).size();
    }
    return size;
  }

  public List<Segment> all() {
    return segments;
  }

  public @Nullable Segment at(long baseOffset) {
    int index = floor(baseOffset);
    return index >= 0 && segments.get(index).baseOffset() == baseOffset
        ? segments.get(index)
        : null;
  }
}
