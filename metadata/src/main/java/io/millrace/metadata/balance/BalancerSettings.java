package io.millrace.metadata.balance;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// How the cluster balances itself: properties that Kafka does not have.
///
/// @param movesAtOnce how many partitions are changed at a time, at least 1
/// @param bytesAtOnce how many bytes are copied at a time; a larger partition goes alone
/// @param calmMs how long no broker may have come, gone or changed before anything is moved
/// @param intervalMs how often disks and traffic are looked at though the metadata stays the same
/// @param fullPercent a disk that is fuller is emptied, and none is filled so far, 1 to 100 (never)
public record BalancerSettings(
    Mode mode, int movesAtOnce, long bytesAtOnce, long calmMs, long intervalMs, int fullPercent) {

  public static final String MODE = "balancer.mode";
  public static final String MOVES = "balancer.moves";
  public static final String BYTES = "balancer.moves.bytes";
  public static final String CALM = "balancer.calm.ms";
  public static final String INTERVAL = "balancer.interval.ms";
  public static final String FULL = "balancer.disk.full.percent";

  private static final Set<String> KEYS = Set.of(MODE, MOVES, BYTES, CALM, INTERVAL, FULL);

  private static final int DEFAULT_MOVES = 2;
  private static final long DEFAULT_BYTES = 10L << 30;
  private static final long DEFAULT_CALM_MS = 60_000;
  private static final long DEFAULT_INTERVAL_MS = 60_000;

  /// What is done with a plan.
  public enum Mode {
    /// None is made.
    OFF,
    /// The active controller logs what it would do.
    ADVISE,
    /// It does it.
    AUTOMATIC
  }

  /// Whether `key` is one of these.
  public static boolean has(String key) {
    return KEYS.contains(key);
  }

  /// Reads a node's properties.
  ///
  /// @throws IllegalArgumentException saying which key has a value that cannot be
  public static BalancerSettings of(Map<String, ?> properties) {
    return new BalancerSettings(
        mode(properties.get(MODE)),
        (int) number(properties, MOVES, DEFAULT_MOVES, 1, 1_000),
        number(properties, BYTES, DEFAULT_BYTES, 0, Long.MAX_VALUE),
        number(properties, CALM, DEFAULT_CALM_MS, 0, Integer.MAX_VALUE),
        number(properties, INTERVAL, DEFAULT_INTERVAL_MS, 1_000, Integer.MAX_VALUE),
        (int) number(properties, FULL, Goals.DEFAULT_FULL_PERCENT, 1, 100));
  }

  private static Mode mode(@org.jspecify.annotations.Nullable Object value) {
    if (value == null) {
      return Mode.OFF;
    }
    Optional<Mode> named =
        Arrays.stream(Mode.values())
            .filter(mode -> mode.name().equalsIgnoreCase(value.toString().strip()))
            .findFirst();
    return named.orElseThrow(() ->
        new IllegalArgumentException(
            MODE
                + " must be one of "
                + Arrays.stream(Mode.values())
                    .map(mode -> mode.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", "))));
  }

  private static long number(
      Map<String, ?> properties, String key, long unset, long least, long most) {
    Object value = properties.get(key);
    if (value == null) {
      return unset;
    }
    try {
      long number = Long.parseLong(value.toString().strip());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw new IllegalArgumentException(key + " must be a number from " + least + " to " + most);
  }
}
