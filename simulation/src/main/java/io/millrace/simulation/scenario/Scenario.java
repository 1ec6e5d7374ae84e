package io.millrace.simulation.scenario;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What a run is made of, besides its seed. Has a form in text, so that a failing run is one line.
///
/// @param nodes 1, 3 or 5 combined brokers and controllers
/// @param seconds virtual seconds of chaos; healing comes on top
/// @param faults kinds that may be drawn; those that the configuration never survives are left out
/// @param workloads the clients
/// @param without numbers of the faults that are left out
public record Scenario(
    int nodes,
    Durability durability,
    int seconds,
    Set<FaultKind> faults,
    Set<Workload> workloads,
    Set<Integer> without) {

  /// Three nodes, everything that usually goes wrong, every kind of client but those who
  /// administer, who are asked for by name or with `all`, as long faults are: seeds that tests rely
  /// on were chosen without.
  public static final Scenario DEFAULT =
      new Scenario(
          3,
          Durability.PAGE_CACHE,
          30,
          FaultKind.usual(),
          EnumSet.complementOf(EnumSet.of(Workload.ADMIN, Workload.DELETE_RECORDS)),
          Set.of());

  public Scenario {
    faults = Collections.unmodifiableSet(copy(FaultKind.class, faults));
    workloads = Collections.unmodifiableSet(copy(Workload.class, workloads));
    without = Collections.unmodifiableSet(new TreeSet<>(without));
  }

  private static <E extends Enum<E>> EnumSet<E> copy(Class<E> type, Set<E> set) {
    EnumSet<E> copy = EnumSet.noneOf(type);
    copy.addAll(set);
    return copy;
  }

  /// Replicas of every topic.
  public int replicas() {
    return Math.min(3, nodes);
  }

  public int minInSyncReplicas() {
    return replicas() > 1 ? 2 : 1;
  }

  /// Whether no kind of client was left out that usually works.
  public boolean hasAllWorkloads() {
    return workloads.containsAll(DEFAULT.workloads);
  }

  /// The kinds without those that this configuration never survives: a lone node has nobody who
  /// goes on without its disk, and without fsync nobody who has what its power failure takes.
  public Set<FaultKind> possibleFaults() {
    EnumSet<FaultKind> possible = copy(FaultKind.class, faults);
    if (nodes == 1) {
      possible.remove(FaultKind.DISK_ERROR);
      possible.remove(FaultKind.DISK_FULL);
      possible.remove(FaultKind.DISK_LOSS);
      possible.remove(FaultKind.VOTER);
      possible.remove(FaultKind.BIT_FLIP);
      if (durability == Durability.PAGE_CACHE) {
        possible.remove(FaultKind.POWER);
      }
    }
    return Collections.unmodifiableSet(possible);
  }

  public Scenario withNodes(int count) {
    return new Scenario(count, durability, seconds, faults, workloads, without);
  }

  public Scenario withDurability(Durability other) {
    return new Scenario(nodes, other, seconds, faults, workloads, without);
  }

  public Scenario withSeconds(int other) {
    return new Scenario(nodes, durability, other, faults, workloads, without);
  }

  public Scenario withFaults(Set<FaultKind> kinds) {
    return new Scenario(nodes, durability, seconds, kinds, workloads, without);
  }

  public Scenario withWorkloads(Set<Workload> kinds) {
    return new Scenario(nodes, durability, seconds, faults, kinds, without);
  }

  public Scenario withoutFaults(Set<Integer> numbers) {
    return new Scenario(nodes, durability, seconds, faults, workloads, numbers);
  }

  /// As [#parse] takes it.
  @Override
  public String toString() {
    String text =
        String.format(
            Locale.ROOT,
            "nodes=%d durability=%s seconds=%d faults=%s workloads=%s",
            nodes,
            name(durability),
            seconds,
            faults.size() == FaultKind.values().length
                ? "all"
                : faults.equals(FaultKind.usual()) ? "usual" : list(faults),
            workloads.size() == Workload.values().length ? "all" : list(workloads));
    return without.isEmpty() ? text : text + " without=" + list(without);
  }

  private static String list(Set<?> values) {
    String joined = values.stream().map(Scenario::name).collect(Collectors.joining(","));
    return joined.isEmpty() ? "none" : joined;
  }

  private static String name(Object value) {
    return value.toString().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// Reads `key=value` words, separated by blanks, over the default.
  ///
  /// @throws IllegalArgumentException with a message for people
  public static Scenario parse(String text) {
    Scenario scenario = DEFAULT;
    for (String word : text.isBlank() ? new String[0] : text.trim().split("\\s+", -1)) {
      int split = word.indexOf('=');
      if (split < 0) {
        throw new IllegalArgumentException("'" + word + "' is not key=value");
      }
      scenario = scenario.with(word.substring(0, split), word.substring(split + 1));
    }
    return scenario;
  }

  private Scenario with(String key, String value) {
    return switch (key) {
      case "nodes" -> withNodes(number(key, value));
      case "durability" -> withDurability(one(Durability.class, value));
      case "seconds" -> withSeconds(number(key, value));
      case "faults" ->
          withFaults(value.equals("usual") ? FaultKind.usual() : some(FaultKind.class, value));
      case "workloads" -> withWorkloads(some(Workload.class, value));
      case "without" -> {
        Set<Integer> numbers = new TreeSet<>();
        for (String item : value.split(",", -1)) {
          numbers.add(number(key, item));
        }
        yield withoutFaults(numbers);
      }
      default -> throw new IllegalArgumentException("'" + key + "' is not known of a scenario");
    };
  }

  private static int number(String key, String value) {
    try {
      int number = Integer.parseInt(value);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw new IllegalArgumentException(key + ": '" + value + "' is no number");
  }

  private static <E extends Enum<E>> E one(Class<E> type, String value) {
    try {
      return Enum.valueOf(type, value.toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + value + "' is none of " + list(EnumSet.allOf(type)), e);
    }
  }

  private static <E extends Enum<E>> Set<E> some(Class<E> type, String value) {
    if (value.equals("all")) {
      return EnumSet.allOf(type);
    }
    EnumSet<E> some = EnumSet.noneOf(type);
    if (!value.equals("none")) {
      for (String item : value.split(",", -1)) {
        some.add(one(type, item));
      }
    }
    return some;
  }
}
