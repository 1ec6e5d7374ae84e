package io.millrace.benchmark.load;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Makes the calling thread wake up from timed waits when they are due, and not up to 50 us later,
/// as Linux does by default to save power.
final class TimerSlack {
  private static final int PR_SET_TIMERSLACK = 29;
  private static final long ONE_NANOSECOND = 1;

  private TimerSlack() {}

  /// Returns whether the kernel agreed; without it, open loops are late by the default slack.
  @SuppressWarnings("restricted")
  static boolean none() {
    try {
      Linker linker = Linker.nativeLinker();
      MethodHandle prctl =
          linker.downcallHandle(
              linker.defaultLookup().find("prctl").orElseThrow(),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
              Linker.Option.firstVariadicArg(1));
      return (int) prctl.invokeExact(PR_SET_TIMERSLACK, ONE_NANOSECOND) == 0;
    } catch (Throwable e) {
      return false;
    }
  }
}
