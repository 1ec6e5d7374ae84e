package io.millrace.simulation.rewrite;

import io.millrace.runtime.Clock;
import io.millrace.runtime.EventLoop;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What rewritten classes call instead. One a loader, and so one a run; used by its single thread.
public final class Deterministic {

  /// Natural order where there is one, else that of the text.
  private static final Comparator<Object> ORDER = Deterministic::compare;

  private static SplittableRandom random = new SplittableRandom(0);
  private static @Nullable Clock clock;
  private static @Nullable Supplier<EventLoop> queueLoops;

  private Deterministic() {}

  /// Sets a run up, before its first node starts.
  ///
  /// @param virtualClock one for all nodes: a static call does not say whose clock it means
  /// @param loops gives the loop of the next event queue that is made, on the node that makes it
  public static void begin(long seed, Clock virtualClock, Supplier<EventLoop> loops) {
    random = new SplittableRandom(seed);
    clock = virtualClock;
    queueLoops = loops;
  }

  /// The loop that an event queue made now lives on.
  public static EventLoop nextQueueLoop() {
    Supplier<EventLoop> loops = queueLoops;
    if (loops == null) {
      throw new IllegalStateException("no run has begun");
    }
    return loops.get();
  }

  @SuppressWarnings("unchecked")
  private static int compare(Object a, Object b) {
    if (a instanceof Comparable<?> && a.getClass() == b.getClass()) {
      return ((Comparable<Object>) a).compareTo(b);
    }
    return String.valueOf(a).compareTo(String.valueOf(b));
  }

  public static <T> Set<T> ordered(Set<T> set) {
    if (set.size() < 2) {
      return set;
    }
    List<T> elements = new ArrayList<>(set);
    elements.sort(ORDER);
    return Collections.unmodifiableSet(new LinkedHashSet<>(elements));
  }

  public static <K, V> Map<K, V> ordered(Map<K, V> map) {
    if (map.size() < 2) {
      return map;
    }
    List<Map.Entry<K, V>> entries = new ArrayList<>(map.entrySet());
    entries.sort((a, b) -> ORDER.compare(a.getKey(), b.getKey()));
    Map<K, V> ordered = new LinkedHashMap<>();
    for (Map.Entry<K, V> entry : entries) {
      ordered.put(entry.getKey(), entry.getValue());
    }
    return Collections.unmodifiableMap(ordered);
  }

  public static <T, A> Collector<T, A, Object> ordered(Collector<T, A, ?> collector) {
    return Collectors.collectingAndThen(
        collector,
        result ->
            switch (result) {
              case Set<?> set -> ordered(set);
              case Map<?, ?> map -> ordered(map);
              default -> result;
            });
  }

  public static UUID randomUUID() {
    long most = random.nextLong() & ~0xf000L | 0x4000L;
    long least = random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
    return new UUID(most, least);
  }

  public static double random() {
    return random.nextDouble();
  }

  public static long currentTimeMillis() {
    Clock virtual = clock;
    return virtual == null ? 0 : virtual.wallMs();
  }

  public static long nanoTime() {
    Clock virtual = clock;
    return virtual == null ? 0 : virtual.nanos();
  }
}
