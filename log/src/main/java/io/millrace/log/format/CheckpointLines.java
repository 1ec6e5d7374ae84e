package io.millrace.log.format;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The text form of Kafka's checkpoint files: a line with the version (0), one with the number of
/// entries, one for each entry with its fields separated by spaces.
public final class CheckpointLines {

  private static final String VERSION = "0";

  private CheckpointLines() {}

  public static byte[] write(List<String> entries) {
    StringBuilder text = new StringBuilder();
    text.append(VERSION).append('\n').append(entries.size()).append('\n');
    for (String entry : entries) {
      text.append(entry).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// The fields of every entry, each of `fields` parts.
  public static List<String[]> read(Path file, byte[] content, int fields)
      throws MalformedFileException {
    String text = new String(content, StandardCharsets.UTF_8);
    List<String> lines = text.lines().toList();
    if (lines.isEmpty()) {
      return List.of();
    }
    if (!lines.get(0).trim().equals(VERSION)) {
      throw new MalformedFileException(file, "unknown version " + shown(lines.get(0)));
    }
    if (lines.size() < 2 || !lines.get(1).trim().equals(Integer.toString(lines.size() - 2))) {
      throw new MalformedFileException(file, "does not have the number of entries it claims");
    }
    List<String[]> entries = new ArrayList<>(lines.size() - 2);
    for (String line : lines.subList(2, lines.size())) {
      String[] parts = line.trim().split("\\s+");
      if (parts.length != fields) {
        throw new MalformedFileException(file, "malformed line " + shown(line));
      }
      entries.add(parts);
    }
    return entries;
  }

  /// A number of an entry.
  public static long number(Path file, String field) throws MalformedFileException {
    try {
      return Long.parseLong(field);
    } catch (NumberFormatException e) {
      throw new MalformedFileException(file, "not a number: " + shown(field));
    }
  }

  private static String shown(String line) {
    return line.length() > 80 ? line.substring(0, 80) + "…" : line;
  }
}
