package io.millrace.cli.logging;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/// One line an event, in local time: `2026-11-22 01:02:03.004 INFO thread logger message`, followed
/// by the stack trace where there is one.
///
/// The offset is asked of [TimeZone], not of `ZoneId`: Java reads its time zones once for each, and
/// others in this process need the former anyway.
final class LogLine {
  private final TimeZone zone;

  LogLine(TimeZone zone) {
    this.zone = zone;
  }

  String format(
      long timeMs,
      LogLevel level,
      String thread,
      String logger,
      String message,
      @Nullable Throwable thrown) {
    var line = new StringBuilder(128);
    appendTime(line, timeMs);
    line.append(' ').append(level.column());
    line.append(' ').append(thread);
    line.append(' ').append(shortName(logger));
    line.append(' ').append(message).append('\n');
    if (thrown != null) {
      var trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace, true));
      line.append(trace);
    }
    return line.toString();
  }

  private void appendTime(StringBuilder line, long timeMs) {
    var offset = ZoneOffset.ofTotalSeconds(zone.getOffset(timeMs) / 1000);
    int ms = (int) Math.floorMod(timeMs, 1000L);
    var time = LocalDateTime.ofEpochSecond(Math.floorDiv(timeMs, 1000L), 0, offset);
    digits(line, time.getYear(), 4).append('-');
    digits(line, time.getMonthValue(), 2).append('-');
    digits(line, time.getDayOfMonth(), 2).append(' ');
    digits(line, time.getHour(), 2).append(':');
    digits(line, time.getMinute(), 2).append(':');
    digits(line, time.getSecond(), 2).append('.');
    digits(line, ms, 3);
  }

  private static StringBuilder digits(StringBuilder line, int value, int width) {
    String text = Integer.toString(value);
    line.repeat('0', Math.max(0, width - text.length()));
    return line.append(text);
  }

  /// The class alone: packages make lines long and say little.
  private static String shortName(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }
}
