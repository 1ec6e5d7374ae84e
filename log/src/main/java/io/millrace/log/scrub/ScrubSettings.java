package io.millrace.log.scrub;

import java.util.Map;

/// How the scrub goes: properties that Kafka does not have.
///
/// @param intervalMs from the beginning of one pass over all logs to the next; 0 for none. A node
///   that has more than it may read in that time begins the next pass when this one ends
/// @param bytesPerSecond most that is read on average
public record ScrubSettings(long intervalMs, long bytesPerSecond) {

  public static final String INTERVAL = "log.scrub.interval.ms";
  public static final String RATE = "log.scrub.bytes.per.second";

  /// A week, as for other stores of that kind: the odds are that no second replica rots meanwhile.
  public static final ScrubSettings DEFAULTS = new ScrubSettings(7 * 86_400_000L, 8 << 20);

  /// Whether `key` is one of these.
  public static boolean has(String key) {
    return key.equals(INTERVAL) || key.equals(RATE);
  }

  /// Reads a node's properties.
  ///
  /// @throws IllegalArgumentException saying which key has a value that cannot be
  public static ScrubSettings of(Map<String, ?> properties) {
    return new ScrubSettings(
        number(properties, INTERVAL, DEFAULTS.intervalMs, 0),
        number(properties, RATE, DEFAULTS.bytesPerSecond, 1_024));
  }

  private static long number(Map<String, ?> properties, String key, long unset, long least) {
    Object value = properties.get(key);
    if (value == null) {
      return unset;
    }
    try {
      long number = Long.parseLong(value.toString().strip());
      if (number >= least && number <= 1L << 40) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw new IllegalArgumentException(
        key + " must be a number from " + least + " to " + (1L << 40));
  }
}
