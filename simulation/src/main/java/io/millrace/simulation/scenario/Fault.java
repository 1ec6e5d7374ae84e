package io.millrace.simulation.scenario;

import java.util.Locale;

/// One thing that goes wrong.
///
/// @param number place in the schedule, by which a shrunk run leaves it out
/// @param atNanos virtual time of its beginning
/// @param node the machine it hits, 0 the first
/// @param other a second machine, where the kind needs one; may be the clients'
/// @param lastsNanos until its end (a node's start again, a cut's healing)
/// @param detail what else was drawn for it
public record Fault(
    int number, long atNanos, FaultKind kind, int node, int other, long lastsNanos, int detail) {

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "#%d %s of node %d (other %d, detail %d) for %.1f s",
        number,
        kind.name().toLowerCase(Locale.ROOT).replace('_', '-'),
        node + 1,
        other + 1,
        detail,
        lastsNanos / 1e9);
  }
}
