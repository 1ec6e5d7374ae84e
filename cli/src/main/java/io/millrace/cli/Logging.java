package io.millrace.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Logging of this process: SLF4J over `java.util.logging`, every line to standard error in
/// [LineFormatter]'s form.
///
/// Levels are `ERROR`, `WARN`, `INFO`, `DEBUG`, `TRACE` and `OFF`. `-Dlog.level=L` sets the level
/// of everything, `-Dlog.level.NAME=L` that of a logger or package, and `-Dlog.config=FILE` names a
/// file of such lines (`NAME=L`, or `root=L`); the flags win over the file.
public final class Logging {
  private static final String PREFIX = "log.level.";

  /// Loggers with a level of their own; `java.util.logging` would forget one that nobody holds.
  private static final List<Logger> CONFIGURED = new ArrayList<>();

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
    System.setProperty("java.util.logging.manager", ProcessLogManager.class.getName());
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    root.addHandler(new StreamHandler(to));
    levels.forEach(Logging::setLevel);
  }

  private static void setLevel(String name, String level) {
    Logger logger = Logger.getLogger(name.equals("root") ? "" : name);
    logger.setLevel(parse(name, level));
    CONFIGURED.add(logger);
  }

  private static Level parse(String name, String level) {
    return switch (level.strip().toUpperCase(Locale.ROOT)) {
      case "ERROR" -> Level.SEVERE;
      case "WARN" -> Level.WARNING;
      case "INFO" -> Level.INFO;
      case "DEBUG" -> Level.FINE;
      case "TRACE", "ALL" -> Level.ALL;
      case "OFF" -> Level.OFF;
      default ->
          throw CommandFailure.usage(
              "log level of " + name + " is " + level,
              "allowed: ERROR, WARN, INFO, DEBUG, TRACE, OFF");
    };
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

  private static final class StreamHandler extends Handler {
    private final PrintStream to;

    StreamHandler(PrintStream to) {
      this.to = to;
      setFormatter(new LineFormatter(ZoneId.systemDefault()));
    }

    @Override
    public void publish(LogRecord event) {
      if (isLoggable(event)) {
        to.print(getFormatter().format(event));
        to.flush();
      }
    }

    @Override
    public void flush() {
      to.flush();
    }

    @Override
    public void close() {
      to.flush();
    }
  }
}
