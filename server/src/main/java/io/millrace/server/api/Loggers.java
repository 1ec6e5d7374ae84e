package io.millrace.server.api;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// The process's loggers, as far as they can be turned up and down while it runs. Levels bear
/// Kafka's names: FATAL, ERROR, WARN, INFO, DEBUG, TRACE, and OFF. Any thread.
public interface Loggers {

  /// Kafka's name for the logger above all others.
  String ROOT = "root";

  /// Those that SLF4J's backend lets be changed: all, where the backend is the `millrace`
  /// command's; none in another program that hosts a node, such as a test.
  static Loggers ofThisProcess() {
    return LoggerFactory.getILoggerFactory() instanceof Loggers loggers ? loggers : new Fixed();
  }

  /// Every known logger and the level in force for it.
  SortedMap<String, String> levels();

  /// Sets a known logger's level; null lets it follow its parent.
  void setLevel(String logger, @Nullable String level);

  /// None that could be changed.
  record Fixed() implements Loggers {
    @Override
    public SortedMap<String, String> levels() {
      return new TreeMap<>();
    }

    @Override
    public void setLevel(String logger, @Nullable String level) {
      throw new IllegalArgumentException("no logger " + logger);
    }
  }
}
