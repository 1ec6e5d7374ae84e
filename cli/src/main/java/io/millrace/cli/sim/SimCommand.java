package io.millrace.cli.sim;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.JsonOption;
import io.millrace.cli.Logging;
import io.millrace.cli.Progress;
import io.millrace.simulation.RunResult;
import io.millrace.simulation.explore.Explorer;
import io.millrace.simulation.explore.ScenarioMatrix;
import io.millrace.simulation.explore.SeedRunner;
import io.millrace.simulation.explore.Shrinker;
import io.millrace.simulation.scenario.Scenario;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `millrace sim`.
@Command(
    name = "millrace sim",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Run whole clusters in virtual time, under faults, and check every promise.",
      "With --seed: one run with its story. With --seeds or --minutes: many, on all cores.",
      "The same seed and options give the same run, on every machine."
    },
    footer = {
      "",
      "An exploration ends with a table of what it covered and a line of totals.",
      "Faults: kill, power, blackout, restart, pause, cut, cut-one-way, loss, delay, reset,",
      "  slow-disk, disk-error, disk-full, clock-jump, clock-drift, disk-loss, upgrade, voter,",
      "  membership, bit-flip; or usual, all, none.",
      "Workloads: idempotent, at-least-once, unsafe, reader, classic-group, consumer-group, admin,",
      "  delete-records; or all.",
      "Exit status: 0 nothing failed, 1 something did, 2 wrong usage."
    })
final class SimCommand implements Callable<Integer> {

  private static final int MOST_SHRINKING_RUNS = 60;

  private final Console console;
  private final Supplier<SeedRunner> runners;

  @Option(names = "--seed", paramLabel = "N", description = "Replay this seed and tell its story.")
  @Nullable Long seed;

  @Option(names = "--seeds", paramLabel = "K", description = "Explore so many seeds.")
  @Nullable Long seeds;

  @Option(names = "--minutes", paramLabel = "M", description = "Explore for so many minutes.")
  @Nullable Double minutes;

  @Option(
      names = "--first",
      paramLabel = "N",
      description = "The first seed to explore (default: drawn from the clock).")
  @Nullable Long first;

  @Option(names = "--nodes", paramLabel = "N", description = "1, 3 or 5 (explored: all).")
  @Nullable Integer nodes;

  @Option(
      names = "--durability",
      paramLabel = "D",
      description = "page-cache or fsync (explored: both).")
  @Nullable String durability;

  @Option(
      names = "--faults",
      paramLabel = "LIST",
      description = "Kinds of faults (explored: all, and each alone).")
  @Nullable String faults;

  @Option(names = "--workloads", paramLabel = "LIST", description = "Kinds of clients.")
  @Nullable String workloads;

  @Option(names = "--seconds", paramLabel = "S", description = "Virtual seconds of chaos.")
  @Nullable Integer seconds;

  @Option(
      names = "--without",
      paramLabel = "LIST",
      description = "Numbers of faults to leave out, as a shrunk run names them.")
  @Nullable String without;

  @Option(names = "--jobs", paramLabel = "N", description = "Runs at a time (default: cores).")
  int jobs = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--save",
      paramLabel = "DIR",
      defaultValue = "simulation-failures",
      description = "Where failing runs are written (default: ${DEFAULT-VALUE}).")
  Path save = Path.of("simulation-failures");

  @Option(names = "--no-shrink", description = "Leave failing runs as long as they are.")
  boolean noShrink;

  @Mixin JsonOption json = new JsonOption();

  SimCommand(Console console, Supplier<SeedRunner> runners) {
    this.console = console;
    this.runners = runners;
  }

  @Override
  public Integer call() throws InterruptedException {
    Logging.forSimulation(console.err());
    Long one = seed;
    if (one != null) {
      return replay(one);
    }
    if (seeds == null && minutes == null) {
      throw CommandFailure.usage(
          "nothing to run", "give --seed N, --seeds K or --minutes M; see millrace sim --help");
    }
    return explore();
  }

  private Scenario scenario() {
    List<String> words = new ArrayList<>();
    add(words, "nodes", nodes);
    add(words, "durability", durability);
    add(words, "faults", faults);
    add(words, "workloads", workloads);
    add(words, "seconds", seconds);
    add(words, "without", without);
    try {
      return Scenario.parse(String.join(" ", words));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(
          ExitCode.USAGE, String.valueOf(e.getMessage()), "see millrace sim --help", e);
    }
  }

  private static void add(List<String> words, String key, @Nullable Object value) {
    if (value != null) {
      words.add(key + "=" + value);
    }
  }

  private int replay(long one) {
    RunResult result;
    Scenario chosen = scenario();
    try (var _ = Progress.show(console, () -> "seed " + one + ", " + chosen)) {
      result = runners.get().run(one, chosen.toString());
    }
    if (json.wanted()) {
      console.json(asMap(result));
    } else {
      result.story().forEach(console::line);
      console.line(result.summary());
      console.line(String.format("trace %016x", result.trace()));
    }
    return result.failed() ? ExitCode.FAILED : ExitCode.OK;
  }

  private static Map<String, Object> asMap(RunResult result) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("seed", result.seed());
    map.put("scenario", result.scenario());
    map.put("failure", result.failure());
    map.put("virtualSeconds", result.virtualNanos() / 1e9);
    map.put("events", result.events());
    map.put("requests", result.requests());
    map.put("faults", result.faults());
    map.put("trace", String.format("%016x", result.trace()));
    return map;
  }

  private int explore() throws InterruptedException {
    long start = first == null ? System.currentTimeMillis() * 1_000 : first;
    long count = seeds == null ? Long.MAX_VALUE - start : seeds;
    double most = minutes == null ? TimeUnit.DAYS.toMinutes(365) : minutes;
    long deadline = System.nanoTime() + (long) (most * 60e9);
    Explorer explorer =
        new Explorer(
            new ScenarioMatrix(scenario(), nodes == null, durability == null, faults == null),
            runners);
    try (var _ = Progress.show(console, () -> explorer.totals().progress())) {
      explorer.explore(start, count, deadline, jobs, this::onFailure);
    }
    String totals = "seeds from " + start + ": " + explorer.totals();
    if (json.wanted()) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("first", start);
      map.put("seeds", explorer.totals().seeds());
      map.put("failed", explorer.totals().failed());
      map.put("totals", totals);
      map.put("coverage", explorer.totals().coverage());
      console.json(map);
    } else {
      explorer.totals().coverage().forEach(console::line);
      console.line(totals);
    }
    return explorer.totals().failed() == 0 ? ExitCode.OK : ExitCode.FAILED;
  }

  /// Shrinks the run and writes it down. On the thread that found it.
  private void onFailure(RunResult failed) {
    RunResult small =
        noShrink ? failed : Shrinker.shrink(failed, MOST_SHRINKING_RUNS, runners.get());
    List<String> text = new ArrayList<>();
    text.add("replay: millrace sim --seed " + small.seed() + options(small.scenario()));
    text.add("found as: millrace sim --seed " + failed.seed() + options(failed.scenario()));
    text.add("");
    text.addAll(small.story());
    text.add(small.summary());
    text.add(String.format("trace %016x", small.trace()));
    Path file = save.resolve("seed-" + failed.seed() + ".txt");
    try {
      Files.createDirectories(save);
      Files.write(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    synchronized (console) {
      console.note("seed " + failed.seed() + " FAILED: " + failed.failure());
      console.note("  " + text.getFirst() + "; story in " + file);
    }
  }

  /// A scenario's words as options.
  private static String options(String scenario) {
    StringBuilder options = new StringBuilder();
    for (String word : scenario.split(" ", -1)) {
      options.append(" --").append(word.replace('=', ' '));
    }
    return options.toString();
  }
}
