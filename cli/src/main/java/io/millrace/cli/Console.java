package io.millrace.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// Where a command reads and writes: results to standard output, everything else to standard error,
/// always UTF-8 whatever the locale says.
///
/// @param in standard input
/// @param out results, for people or (`--json`) for programs; buffered, see [#flush]
/// @param err notes, progress, errors
/// @param terminal whether `err` is a terminal, so that progress may redraw its line
public record Console(InputStream in, PrintStream out, PrintStream err, boolean terminal) {

  /// The process's own streams.
  public static Console system() {
    return new Console(
        System.in,
        utf8(FileDescriptor.out, 1 << 16),
        utf8(FileDescriptor.err, 1 << 10),
        Boolean.getBoolean("millrace.tty"));
  }

  /// A console whose output goes to the given streams.
  public static Console to(InputStream in, OutputStream out, OutputStream err) {
    return new Console(
        in,
        new PrintStream(out, false, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        false);
  }

  private static PrintStream utf8(FileDescriptor file, int bufferBytes) {
    var buffered = new BufferedOutputStream(new FileOutputStream(file), bufferBytes);
    return new PrintStream(buffered, file == FileDescriptor.err, StandardCharsets.UTF_8);
  }

  /// One line of the result.
  public void line(String text) {
    out.println(text);
  }

  /// One line of JSON, in the order of the value's own maps and lists.
  public void json(Object value) {
    out.println(Json.write(value));
  }

  /// A line for the person who watches.
  public void note(String text) {
    err.println(text);
  }

  /// Sends what was written.
  public void flush() {
    out.flush();
    err.flush();
  }
}
