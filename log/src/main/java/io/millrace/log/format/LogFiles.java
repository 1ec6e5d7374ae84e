package io.millrace.log.format;

import java.nio.file.Path;

/// Names of the files in a partition's folder: twenty digits of the base offset and a suffix.
public final class LogFiles {

  public static final String LOG = ".log";
  public static final String OFFSET_INDEX = ".index";
  public static final String TIME_INDEX = ".timeindex";
  public static final String TRANSACTION_INDEX = ".txnindex";
  public static final String SNAPSHOT = ".snapshot";

  /// On its way out: left by a deletion, removed when found at start.
  public static final String DELETED = ".deleted";

  /// Written by Kafka's cleaner and never finished.
  public static final String CLEANED = ".cleaned";

  /// Written by Kafka's cleaner, finished, and not yet renamed into place.
  public static final String SWAP = ".swap";

  public static final String LEADER_EPOCHS = "leader-epoch-checkpoint";
  public static final String PARTITION_METADATA = "partition.metadata";

  private static final int DIGITS = 20;

  private LogFiles() {}

  public static Path file(Path dir, long offset, String suffix) {
    return dir.resolve(name(offset, suffix));
  }

  public static String name(long offset, String suffix) {
    String digits = Long.toString(offset);
    return "0".repeat(DIGITS - digits.length()) + digits + suffix;
  }

  /// The offset that a file name begins with, -1 when it is no such name.
  public static long offsetOf(String name) {
    if (name.length() <= DIGITS || name.charAt(DIGITS) != '.') {
      return -1;
    }
    long offset = 0;
    for (int i = 0; i < DIGITS; i++) {
      int digit = name.charAt(i) - '0';
      if (digit < 0 || digit > 9 || offset > (Long.MAX_VALUE - digit) / 10) {
        return -1;
      }
      offset = offset * 10 + digit;
    }
    return offset;
  }

  /// Whether `name` is offset and exactly this suffix.
  public static boolean is(String name, String suffix) {
    return name.length() == DIGITS + suffix.length()
        && name.endsWith(suffix)
        && offsetOf(name) >= 0;
  }

  /// Suffix behind the digits, for instance `.log.deleted`; empty when there are no digits.
  public static String suffixOf(String name) {
    return offsetOf(name) < 0 ? "" : name.substring(DIGITS);
  }
}
