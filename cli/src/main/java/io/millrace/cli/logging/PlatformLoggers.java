package io.millrace.cli.logging;

import java.text.MessageFormat;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/// Gives the JDK, and libraries that use its `System.Logger`, the loggers of this process. Found as
/// a service in the first jar of the class path, which spares the JDK a search through the others.
public final class PlatformLoggers extends System.LoggerFinder {
  @Override
  public System.Logger getLogger(String name, Module module) {
    return new PlatformLogger(ProcessLoggers.ofThisProcess().getLogger(name));
  }

  private record PlatformLogger(ProcessLogger to) implements System.Logger {
    @Override
    public String getName() {
      return to.getName();
    }

    @Override
    public boolean isLoggable(Level level) {
      return level == Level.OFF ? false : to.isOn(levelOf(level));
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable thrown) {
      if (isLoggable(level)) {
        to.write(levelOf(level), translated(bundle, message), thrown);
      }
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object @Nullable ... params) {
      if (isLoggable(level)) {
        String text = translated(bundle, format);
        boolean plain = params == null || params.length == 0;
        to.write(levelOf(level), plain ? text : MessageFormat.format(text, params), null);
      }
    }

    private static String translated(@Nullable ResourceBundle bundle, @Nullable String key) {
      return bundle != null && key != null && bundle.containsKey(key)
          ? bundle.getString(key)
          : String.valueOf(key);
    }

    private static LogLevel levelOf(Level level) {
      return switch (level) {
        case ALL, TRACE -> LogLevel.TRACE;
        case DEBUG -> LogLevel.DEBUG;
        case INFO -> LogLevel.INFO;
        case WARNING -> LogLevel.WARN;
        case ERROR -> LogLevel.ERROR;
        case OFF -> LogLevel.OFF;
      };
    }
  }
}
