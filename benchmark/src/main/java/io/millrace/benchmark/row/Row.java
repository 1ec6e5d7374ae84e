package io.millrace.benchmark.row;

import io.millrace.benchmark.report.Measurement;
import java.io.IOException;

/// One row of the table: a load and what is measured of it. Runs many times on each broker; state
/// that a row keeps between runs is kept per broker.
public interface Row {

  /// Its short name, as `--rows` takes it.
  String name();

  /// What it does, in words.
  String title();

  /// Whether it starts and ends the broker itself, with no other broker running.
  default boolean alone() {
    return false;
  }

  /// Whether the brokers take turns, run by run. A row that keeps processes of its own from run to
  /// run has all runs of one broker before those of the next, so that only one broker's live.
  default boolean takesTurns() {
    return true;
  }

  /// Whether the first run on a broker only warms it up.
  default boolean warms() {
    return !alone();
  }

  /// Whether it is left out unless `--rows` names it: a table of its own, not one of costs.
  default boolean onlyByName() {
    return false;
  }

  /// Whether what each run saw is told as it ends, not only that of the last one in the table.
  default boolean tellsRuns() {
    return false;
  }

  /// How many runs it gets at most: a row that takes minutes is not repeated as often as the
  /// others.
  default int mostRuns() {
    return Integer.MAX_VALUE;
  }

  /// Once a broker, before its first run.
  default void prepare(Trial trial) throws IOException {}

  /// Measures once, and checks that what was acknowledged is there. Throws
  /// [io.millrace.benchmark.load.LoadException] or [IOException] where the run is no result.
  Measurement run(Trial trial) throws IOException;

  /// Once a broker, after its last run.
  default void finish(Trial trial) throws IOException {}
}
