package io.millrace.server.config;

import org.jspecify.annotations.Nullable;

/// One thing that is wrong with a configuration, said so that it can be put right.
///
/// @param key the property to change
/// @param value what it is set to, null where the problem is its absence
/// @param reason what is wrong and what would be allowed
/// @param remedy what to do
public record ConfigProblem(String key, @Nullable String value, String reason, String remedy) {

  /// On one line, for a terminal.
  public String describe() {
    String set = value == null ? key : key + "=" + value;
    return set + ": " + reason + ". " + remedy + ".";
  }
}
