package io.millrace.cli.logging;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How much a logger says, from everything to nothing; in SLF4J's words.
public enum LogLevel {
  TRACE("TRACE"),
  DEBUG("DEBUG"),
  INFO("INFO "),
  WARN("WARN "),
  ERROR("ERROR"),
  OFF("OFF  ");

  private final String column;

  LogLevel(String column) {
    this.column = column;
  }

  /// The name, five characters wide.
  String column() {
    return column;
  }

  /// The level of this name in upper or lower case; `ALL` is TRACE, Kafka's `FATAL` is ERROR.
  ///
  /// @return null if there is none
  public static @Nullable LogLevel named(String name) {
    return switch (name.strip().toUpperCase(Locale.ROOT)) {
      case "TRACE", "ALL" -> TRACE;
      case "DEBUG" -> DEBUG;
      case "INFO" -> INFO;
      case "WARN" -> WARN;
      case "ERROR", "FATAL" -> ERROR;
      case "OFF" -> OFF;
      default -> null;
    };
  }
}
