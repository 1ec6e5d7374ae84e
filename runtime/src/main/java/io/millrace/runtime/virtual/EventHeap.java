package io.millrace.runtime.virtual;

import io.millrace.runtime.virtual.Scheduler.Event;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Events by the order in which they will happen: a heap with four children a node, which is half
/// as deep as one with two. Each event knows its place, so that a cancelled one goes at once: most
/// timers are cancelled long before they are due.
final class EventHeap {

  private static final int CHILDREN = 4;

  private @Nullable Event[] events = new Event[1024];
  private int size;

  @Nullable Event peek() {
    return events[0];
  }

  @Nullable Event poll() {
    Event first = events[0];
    if (first != null) {
      remove(first);
    }
    return first;
  }

  void add(Event event) {
    if (size == events.length) {
      events = Arrays.copyOf(events, 2 * size);
    }
    up(size++, event);
  }

  int count(Predicate<Event> which) {
    int count = 0;
    for (int i = 0; i < size; i++) {
      count += which.test(at(i)) ? 1 : 0;
    }
    return count;
  }

  /// Does nothing where the event is not in the heap.
  void remove(Event event) {
    int place = event.place;
    if (place < 0) {
      return;
    }
    event.place = -1;
    Event last = at(--size);
    events[size] = null;
    if (place == size) {
      return;
    }
    if (last.isBefore(event)) {
      up(place, last);
    } else {
      down(place, last);
    }
  }

  private Event at(int place) {
    Event event = events[place];
    if (event == null) {
      throw new IllegalStateException("nothing at " + place + " of " + size);
    }
    return event;
  }

  private void put(int place, Event event) {
    events[place] = event;
    event.place = place;
  }

  private void up(int from, Event event) {
    int place = from;
    while (place > 0) {
      int parent = (place - 1) / CHILDREN;
      Event above = at(parent);
      if (!event.isBefore(above)) {
        break;
      }
      put(place, above);
      place = parent;
    }
    put(place, event);
  }

  private void down(int from, Event event) {
    int place = from;
    while (true) {
      int child = firstBelow(place);
      if (child < 0 || !at(child).isBefore(event)) {
        break;
      }
      put(place, at(child));
      place = child;
    }
    put(place, event);
  }

  /// The place of the child that comes first, or -1.
  private int firstBelow(int place) {
    int from = place * CHILDREN + 1;
    if (from >= size) {
      return -1;
    }
    int first = from;
    int end = Math.min(size, from + CHILDREN);
    for (int i = from + 1; i < end; i++) {
      if (at(i).isBefore(at(first))) {
        first = i;
      }
    }
    return first;
  }
}
