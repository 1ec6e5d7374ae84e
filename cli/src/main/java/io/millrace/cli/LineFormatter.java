package io.millrace.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/// One line an event, in local time: `2026-11-22 01:02:03.004 INFO thread logger message`, followed
/// by the stack trace where there is one.
final class LineFormatter extends Formatter {
  private final ZoneId zone;

  LineFormatter(ZoneId zone) {
    this.zone = zone;
  }

  @Override
  public String format(LogRecord event) {
    var line = new StringBuilder(128);
    appendTime(line, event.getInstant());
    line.append(' ').append(level(event.getLevel()));
    line.append(' ').append(Thread.currentThread().getName());
    line.append(' ').append(shortName(event.getLoggerName()));
    line.append(' ').append(formatMessage(event)).append('\n');
    Throwable thrown = event.getThrown();
    if (thrown != null) {
      var trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace, true));
      line.append(trace);
    }
    return line.toString();
  }

  private void appendTime(StringBuilder line, Instant instant) {
    LocalDateTime time = LocalDateTime.ofInstant(instant, zone);
    digits(line, time.getYear(), 4).append('-');
    digits(line, time.getMonthValue(), 2).append('-');
    digits(line, time.getDayOfMonth(), 2).append(' ');
    digits(line, time.getHour(), 2).append(':');
    digits(line, time.getMinute(), 2).append(':');
    digits(line, time.getSecond(), 2).append('.');
    digits(line, time.getNano() / 1_000_000, 3);
  }

  private static StringBuilder digits(StringBuilder line, int value, int width) {
    String text = Integer.toString(value);
    line.repeat('0', Math.max(0, width - text.length()));
    return line.append(text);
  }

  /// SLF4J's names, five characters wide.
  private static String level(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    if (value >= Level.WARNING.intValue()) {
      return "WARN ";
    }
    if (value >= Level.INFO.intValue()) {
      return "INFO ";
    }
    return value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
  }

  /// The class alone: packages make lines long and say little.
  private static String shortName(@org.jspecify.annotations.Nullable String logger) {
    return logger == null ? "-" : logger.substring(logger.lastIndexOf('.') + 1);
  }
}
