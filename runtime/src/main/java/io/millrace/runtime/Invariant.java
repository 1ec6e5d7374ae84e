package io.millrace.runtime;

import org.jspecify.annotations.Nullable;

/// Assertions on state we own. Always on. A broken one is a programmer error: nobody catches it to
/// go on, the node stops.
public final class Invariant {

  private Invariant() {}

  /// @param what the invariant in words, or its number in the class's list
  public static void check(boolean holds, String what) {
    if (!holds) {
      throw new Violation(what);
    }
  }

  public static void check(boolean holds, String format, @Nullable Object... args) {
    if (!holds) {
      throw new Violation(String.format(format, args));
    }
  }

  /// The value, which must be there.
  public static <T> T present(@Nullable T value, String what) {
    if (value == null) {
      throw new Violation(what + " is missing");
    }
    return value;
  }

  /// An invariant did not hold.
  public static final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String what) {
      super(what);
    }
  }
}
