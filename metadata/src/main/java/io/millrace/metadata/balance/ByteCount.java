package io.millrace.metadata.balance;

import java.util.Locale;

/// Numbers of bytes as people read them.
public final class ByteCount {

  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

  private ByteCount() {}

  /// Such as `1.5 MB`; powers of 1000.
  public static String text(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }
}
