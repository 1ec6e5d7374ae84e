package io.millrace.server.api;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// The process's loggers, as far as they can be turned up and down while it runs. Levels bear
/// Kafka's names: FATAL, ERROR, WARN, INFO, DEBUG, TRACE, and OFF. Any thread.
public interface Loggers {

  /// Kafka's name for the logger above all others.
  String ROOT = "root";

  /// Every known logger and the level in force for it.
  SortedMap<String, String> levels();

  /// Sets a known logger's level; null lets it follow its parent.
  void setLevel(String logger, @Nullable String level);
}
