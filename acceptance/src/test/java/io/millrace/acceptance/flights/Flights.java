package io.millrace.acceptance.flights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.acceptance.harness.Suite;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// The 20,000 flights of `flights-20k.json`, in the file's order.
final class Flights {
  static final int COUNT = 20_000;
  static final List<Event> ALL = load();

  private Flights() {}

  /// One record: keyed by the airport of origin, its value the event's JSON as it stands in the
  /// file.
  record Event(String key, String value) {}

  /// One record as a client read it.
  record Read(int partition, long offset, String key, String value) {}

  /// The events as lines `key TAB value`, for clients that are processes of their own.
  static Path asLines() {
    StringBuilder lines = new StringBuilder();
    for (Event event : ALL) {
      lines.append(event.key()).append('\t').append(event.value()).append('\n');
    }
    try {
      return Files.writeString(Suite.scratchDirectory("flights").resolve("flights.tsv"), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Lines `partition TAB offset TAB key TAB value` as a client wrote them.
  static List<Read> parse(List<String> lines) {
    List<Read> all = new ArrayList<>(lines.size());
    for (String line : lines) {
      String[] parts = line.split("\t", 4);
      all.add(new Read(Integer.parseInt(parts[0]), Long.parseLong(parts[1]), parts[2], parts[3]));
    }
    return all;
  }

  /// The values of each key, in the file's order: what "order kept per key" is compared with.
  static Map<String, List<String>> valuesByKey() {
    Map<String, List<String>> byKey = new TreeMap<>();
    for (Event event : ALL) {
      byKey.computeIfAbsent(event.key(), _ -> new ArrayList<>()).add(event.value());
    }
    return byKey;
  }

  /// The values of each key, in the order in which they were read.
  static Map<String, List<String>> valuesByKey(List<Read> read) {
    Map<String, List<String>> byKey = new TreeMap<>();
    for (Read one : read) {
      byKey.computeIfAbsent(one.key(), _ -> new ArrayList<>()).add(one.value());
    }
    return byKey;
  }

  /// The offsets of each partition, in the order in which they were read.
  static Map<Integer, List<Long>> offsetsByPartition(List<Read> read) {
    Map<Integer, List<Long>> byPartition = new LinkedHashMap<>();
    for (Read one : read) {
      byPartition.computeIfAbsent(one.partition(), _ -> new ArrayList<>()).add(one.offset());
    }
    return byPartition;
  }

  private static List<Event> load() {
    try (InputStream json = Flights.class.getResourceAsStream("/flights-20k.json")) {
      List<Event> events = new ArrayList<>(COUNT);
      for (JsonNode flight : new ObjectMapper().readTree(Objects.requireNonNull(json))) {
        events.add(new Event(flight.path("origin").asText(), flight.toString()));
      }
      if (events.size() != COUNT) {
        throw new IllegalStateException(events.size() + " flights in flights-20k.json");
      }
      return List.copyOf(events);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
