package io.millrace.cli.logging;

import io.millrace.server.api.Loggers;
import java.io.PrintStream;
import java.util.Map;
import java.util.SortedMap;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;

/// All loggers of this process. A logger follows the level of the nearest name above it that has
/// one: `io.millrace.log.Segment` that of itself, else of `io.millrace.log`, and in the end of the
/// root. Before [#configure], warnings go to standard error.
///
/// Loggers are looked up by any thread without a lock; levels are changed under the monitor of
/// this.
public final class ProcessLoggers implements ILoggerFactory, Loggers {
  private static final ProcessLoggers OF_THIS_PROCESS = new ProcessLoggers();

  private final ConcurrentHashMap<String, ProcessLogger> known = new ConcurrentHashMap<>();
  private final LogLine line = new LogLine(TimeZone.getDefault());

  // Guarded by this. The root always has one.
  private final TreeMap<String, LogLevel> levels = new TreeMap<>(Map.of(ROOT, LogLevel.WARN));
  private volatile PrintStream to = System.err;

  ProcessLoggers() {}

  /// The one that SLF4J and the JDK log through.
  public static ProcessLoggers ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /// Replaces all levels, and says where lines go.
  ///
  /// @param chosen by logger or package; those without the root leave it at WARN
  public synchronized void configure(PrintStream out, Map<String, LogLevel> chosen) {
    levels.clear();
    levels.put(ROOT, LogLevel.WARN);
    levels.putAll(chosen);
    to = out;
    followAll();
  }

  @Override
  public ProcessLogger getLogger(String name) {
    ProcessLogger logger = known.get(name);
    return logger != null ? logger : add(name);
  }

  private synchronized ProcessLogger add(String name) {
    return known.computeIfAbsent(name, n -> new ProcessLogger(n, this, inForce(n)));
  }

  @Override
  public synchronized SortedMap<String, String> levels() {
    SortedMap<String, String> all = new TreeMap<>();
    levels.forEach((name, level) -> all.put(name, level.name()));
    known.forEach((name, logger) -> all.put(name, logger.inForce().name()));
    return all;
  }

  @Override
  public synchronized void setLevel(String name, @Nullable String level) {
    if (level == null) {
      levels.remove(name);
      levels.putIfAbsent(ROOT, LogLevel.WARN);
    } else {
      LogLevel parsed = LogLevel.named(level);
      if (parsed == null) {
        throw new IllegalArgumentException("no level " + level);
      }
      levels.put(name, parsed);
    }
    followAll();
  }

  private void followAll() {
    known.forEach((name, logger) -> logger.follow(inForce(name)));
  }

  private LogLevel inForce(String logger) {
    String name = logger;
    while (!name.isEmpty()) {
      LogLevel level = levels.get(name);
      if (level != null) {
        return level;
      }
      name = name.substring(0, Math.max(0, name.lastIndexOf('.')));
    }
    return levels.getOrDefault(ROOT, LogLevel.WARN);
  }

  /// Writes one event, whatever the levels say. A stream takes a line as a whole.
  void write(LogLevel level, String logger, String message, @Nullable Throwable thrown) {
    String thread = Thread.currentThread().getName();
    PrintStream stream = to;
    stream.print(line.format(System.currentTimeMillis(), level, thread, logger, message, thrown));
    stream.flush();
  }
}
