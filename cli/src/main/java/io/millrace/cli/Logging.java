package io.millrace.cli;

import io.millrace.cli.logging.LogLevel;
import io.millrace.cli.logging.ProcessLoggers;
import io.millrace.cli.logging.Slf4jProvider;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/// What this process logs, and where to: [ProcessLoggers], as the user wants them.
///
/// Levels are `ERROR`, `WARN`, `INFO`, `DEBUG`, `TRACE` and `OFF`. `-Dlog.level=L` sets the level
/// of everything, `-Dlog.level.NAME=L` that of a logger or package, and `-Dlog.config=FILE` names a
/// file of such lines (`NAME=L`, or `root=L`); the flags win over the file.
public final class Logging {
  private static final String PREFIX = "log.level.";

  private Logging() {}

  /// Sets up logging for a node: its own events from INFO, those of libraries from WARN.
  public static void forNode(PrintStream to) {
    configure(to, Map.of("root", "WARN", "io.millrace", "INFO"));
  }

  /// Sets up logging for a node that a person watches: warnings of its own, errors of libraries.
  public static void forDevelopment(PrintStream to) {
    configure(to, Map.of("root", "ERROR", "io.millrace", "WARN"));
  }

  /// Sets up logging for a command that reports by itself: errors only.
  public static void forCommand(PrintStream to) {
    configure(to, Map.of("root", "ERROR"));
  }

  /// Sets up logging for simulated nodes, whose complaints are part of the plan: nothing, unless
  /// asked for.
  public static void forSimulation(PrintStream to) {
    configure(to, Map.of("root", "OFF"));
  }

  private static void configure(PrintStream to, Map<String, String> defaults) {
    Map<String, String> levels = new TreeMap<>(defaults);
    String everything = System.getProperty("log.level");
    if (everything != null) {
      levels.clear();
      levels.put("root", everything);
    }
    String file = System.getProperty("log.config");
    if (file != null) {
      levels.putAll(read(Path.of(file)));
    }
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith(PREFIX)) {
        levels.put(name.substring(PREFIX.length()), System.getProperty(name));
      }
    }
    // Named, or SLF4J would open every jar in search of it; and not told how it found it.
    System.setProperty("slf4j.provider", Slf4jProvider.class.getName());
    System.setProperty("slf4j.internal.verbosity", "WARN");
    Map<String, LogLevel> parsed = new TreeMap<>();
    levels.forEach((name, level) -> parsed.put(name, parse(name, level)));
    ProcessLoggers.ofThisProcess().configure(to, parsed);
  }

  private static LogLevel parse(String name, String level) {
    LogLevel parsed = LogLevel.named(level);
    if (parsed == null) {
      throw CommandFailure.usage(
          "log level of " + name + " is " + level, "allowed: ERROR, WARN, INFO, DEBUG, TRACE, OFF");
    }
    return parsed;
  }

  private static Map<String, String> read(Path file) {
    var properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException e) {
      throw CommandFailure.usage(
          "cannot read the log configuration " + file + ": " + e, "check -Dlog.config");
    }
    Map<String, String> levels = new TreeMap<>();
    for (String name : properties.stringPropertyNames()) {
      levels.put(name, properties.getProperty(name));
    }
    return levels;
  }
}
