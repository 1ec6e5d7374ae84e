package io.millrace.simulation.cluster;

import io.millrace.simulation.audit.Timeline;
import io.millrace.simulation.scenario.Durability;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// All nodes in turn are stopped cleanly and started again with other settings, as an operator does
/// it: the next one when the last one serves and every partition is whole, or when that takes too
/// long. Settings change nothing of what clients are promised.
///
/// From node to node the settings differ while it lasts: a small fetch meets a large one, a log
/// that rolls every second one that never does.
final class RollingUpgrade {

  private static final long LOOK_NANOS = 200_000_000L;

  /// So often it is looked for the right moment before a node is left out.
  private static final int MOST_LOOKS = 30;

  /// One of each row, by chance; a missing one means the default again.
  private static final List<List<String>> CHOICES =
      List.of(
          List.of("log.roll.ms=1000", "log.roll.ms=4000", "log.segment.bytes=1048576"),
          List.of("log.retention.check.interval.ms=1000", "log.index.interval.bytes=64"),
          List.of("replica.lag.time.max.ms=3000", "replica.lag.time.max.ms=60000"),
          List.of("replica.fetch.max.bytes=512", "replica.fetch.response.max.bytes=1024"),
          List.of("replica.fetch.wait.max.ms=50", "replica.fetch.min.bytes=1000"),
          List.of("num.replica.fetchers=3", "num.io.threads=1", "num.network.threads=1"),
          List.of("max.incremental.fetch.session.cache.slots=1", "fetch.max.bytes=2048"),
          List.of("replica.high.watermark.checkpoint.interval.ms=300"),
          List.of(
              "log.flush.offset.checkpoint.interval.ms=500", "log.flush.scheduler.interval.ms=500"),
          List.of("metadata.log.max.record.bytes.between.snapshots=2048"),
          List.of("log.flush.interval.messages=1", "log.flush.interval.messages=20"));

  private final SimulatedCluster cluster;
  private final List<SimulatedNode> nodes;
  private final Agenda agenda;
  private final Timeline timeline;
  private final BooleanSupplier over;
  private final Map<String, String> settings;
  private final int first;
  private boolean done;

  /// @param choice which settings, and which node is first
  /// @param over whether to leave the rest as it is
  RollingUpgrade(
      SimulatedCluster cluster,
      Durability durability,
      int choice,
      Agenda agenda,
      Timeline timeline,
      BooleanSupplier over) {
    this.cluster = cluster;
    this.nodes = List.copyOf(cluster.nodes());
    this.agenda = agenda;
    this.timeline = timeline;
    this.over = over;
    this.settings = choose(durability, choice);
    this.first = choice % nodes.size();
  }

  private static Map<String, String> choose(Durability durability, int choice) {
    Map<String, String> chosen = new TreeMap<>();
    int left = choice;
    for (List<String> row : CHOICES) {
      int turn = left % (row.size() + 1);
      left = left / (row.size() + 1) ^ choice << 3 & 0x3fff;
      if (turn < row.size()) {
        String[] setting = row.get(turn).split("=", 2);
        chosen.put(setting[0], setting[1]);
      }
    }
    if (durability == Durability.FSYNC) {
      chosen.put("log.flush.interval.messages", "1");
    }
    return chosen;
  }

  void start() {
    timeline.tell("upgrade", "to " + settings);
    stop(0, MOST_LOOKS);
  }

  /// Whether all nodes have had their turn.
  boolean isOver() {
    return done;
  }

  private SimulatedNode node(int turn) {
    return nodes.get((first + turn) % nodes.size());
  }

  private void stop(int turn, int looks) {
    if (over.getAsBoolean() || turn == nodes.size()) {
      done = true;
      return;
    }
    SimulatedNode node = node(turn);
    if (node.isReady() && (cluster.isWhole() || looks <= 1)) {
      node.stop();
      agenda.after(LOOK_NANOS, () -> startAgain(turn));
    } else if (looks > 1) {
      agenda.after(LOOK_NANOS, () -> stop(turn, looks - 1));
    } else {
      timeline.tell("upgrade", node + " is left out");
      stop(turn + 1, MOST_LOOKS);
    }
  }

  private void startAgain(int turn) {
    SimulatedNode node = node(turn);
    if (over.getAsBoolean()) {
      return;
    }
    if (node.isStopping()) {
      agenda.after(LOOK_NANOS, () -> startAgain(turn));
      return;
    }
    node.configure(settings);
    node.start();
    stop(turn + 1, MOST_LOOKS);
  }
}
