package io.millrace.server.api;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Loggers of `java.util.logging`, which a node's process logs through. Levels are mapped as
/// slf4j-jdk14 maps them.
///
/// The logging library holds loggers weakly: those whose level was set are kept here, or the level
/// would be lost with them.
public final class JulLoggers implements Loggers {

  private final ConcurrentHashMap<String, Logger> kept = new ConcurrentHashMap<>();

  @Override
  public SortedMap<String, String> levels() {
    SortedMap<String, String> levels = new TreeMap<>();
    for (String name : Collections.list(LogManager.getLogManager().getLoggerNames())) {
      Logger logger = LogManager.getLogManager().getLogger(name);
      if (logger != null && !name.equals(Logger.GLOBAL_LOGGER_NAME)) {
        levels.put(name.isEmpty() ? ROOT : name, nameOf(inForce(logger)));
      }
    }
    return levels;
  }

  @Override
  public void setLevel(String name, @Nullable String level) {
    Logger logger = Logger.getLogger(name.equals(ROOT) ? "" : name);
    logger.setLevel(level == null ? null : levelOf(level));
    if (level == null) {
      kept.remove(name);
    } else {
      kept.put(name, logger);
    }
  }

  private static Level inForce(Logger logger) {
    for (Logger at = logger; at != null; at = at.getParent()) {
      if (at.getLevel() != null) {
        return at.getLevel();
      }
    }
    return Level.INFO;
  }

  private static Level levelOf(String name) {
    return switch (name) {
      case "FATAL", "ERROR" -> Level.SEVERE;
      case "WARN" -> Level.WARNING;
      case "INFO" -> Level.INFO;
      case "DEBUG" -> Level.FINE;
      case "TRACE" -> Level.FINEST;
      default -> throw new IllegalArgumentException("no level " + name);
    };
  }

  private static String nameOf(Level level) {
    int value = level.intValue();
    if (value == Level.OFF.intValue()) {
      return "OFF";
    }
    if (value >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    if (value >= Level.WARNING.intValue()) {
      return "WARN";
    }
    if (value >= Level.INFO.intValue()) {
      return "INFO";
    }
    return value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
  }
}
