package io.millrace.cli.logging;

import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/// One named logger. Asking whether a level is on costs a volatile read; the level in force is
/// written by [ProcessLoggers] whenever one is set. Any thread.
final class ProcessLogger extends LegacyAbstractLogger {
  private static final long serialVersionUID = 1;

  private final transient ProcessLoggers owner;
  private transient volatile LogLevel inForce;

  ProcessLogger(String name, ProcessLoggers owner, LogLevel inForce) {
    this.name = name;
    this.owner = owner;
    this.inForce = inForce;
  }

  void follow(LogLevel level) {
    inForce = level;
  }

  LogLevel inForce() {
    return inForce;
  }

  boolean isOn(LogLevel level) {
    return level.compareTo(inForce) >= 0;
  }

  void write(LogLevel level, String message, @Nullable Throwable thrown) {
    owner.write(level, name, message, thrown);
  }

  @Override
  public boolean isTraceEnabled() {
    return isOn(LogLevel.TRACE);
  }

  @Override
  public boolean isDebugEnabled() {
    return isOn(LogLevel.DEBUG);
  }

  @Override
  public boolean isInfoEnabled() {
    return isOn(LogLevel.INFO);
  }

  @Override
  public boolean isWarnEnabled() {
    return isOn(LogLevel.WARN);
  }

  @Override
  public boolean isErrorEnabled() {
    return isOn(LogLevel.ERROR);
  }

  @Override
  protected @Nullable String getFullyQualifiedCallerName() {
    return null;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level,
      @Nullable Marker marker,
      @Nullable String pattern,
      @Nullable Object @Nullable [] arguments,
      @Nullable Throwable thrown) {
    String message = MessageFormatter.basicArrayFormat(pattern, arguments);
    write(levelOf(level), String.valueOf(message), thrown);
  }

  private static LogLevel levelOf(Level level) {
    return switch (level) {
      case TRACE -> LogLevel.TRACE;
      case DEBUG -> LogLevel.DEBUG;
      case INFO -> LogLevel.INFO;
      case WARN -> LogLevel.WARN;
      case ERROR -> LogLevel.ERROR;
    };
  }
}
