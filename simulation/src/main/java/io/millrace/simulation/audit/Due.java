package io.millrace.simulation.audit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One thing that is changed by requests, and what may be found of it: what was acknowledged last,
/// or anything that was asked for and neither refused nor acknowledged. An answer speaks of its own
/// request only: where the same was asked for twice, a refusal may come of the first request's
/// success.
final class Due<T> {

  private @Nullable T acknowledged;
  private final Map<T, Integer> doubts = new LinkedHashMap<>();

  void asked(T value) {
    doubts.merge(value, 1, Integer::sum);
  }

  void acknowledged(T value) {
    acknowledged = value;
    refused(value);
  }

  void refused(T value) {
    doubts.computeIfPresent(value, (_, requests) -> requests == 1 ? null : requests - 1);
  }

  /// What asked for such a value comes to nothing now.
  void forgetDoubts(Predicate<T> which) {
    doubts.keySet().removeIf(which);
  }

  /// @param found null where there is none
  boolean allows(@Nullable T found) {
    return Objects.equals(acknowledged, found)
        || (found != null && doubts.containsKey(found))
        || (acknowledged == null && doubts.isEmpty());
  }

  @Override
  public String toString() {
    return acknowledged + " or one of " + doubts.keySet();
  }
}
