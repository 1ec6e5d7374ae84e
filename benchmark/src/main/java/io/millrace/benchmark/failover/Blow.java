package io.millrace.benchmark.failover;

import java.util.Locale;

/// What happens to a cluster of three nodes.
public enum Blow {
  /// A node dies that is not the active controller.
  BROKER("a broker that is not the active controller gets SIGKILL"),
  /// A node dies that is the active controller, too.
  CONTROLLER("the broker that is the active controller, too, gets SIGKILL"),
  /// All nodes are restarted cleanly, one after the other.
  ROLLING("all three nodes are restarted cleanly, one after the other"),
  /// A node stops answering and keeps its connections.
  FROZEN("a broker that is not the active controller gets SIGSTOP, later SIGCONT"),
  /// The same to the node that is the active controller, too.
  FROZEN_CONTROLLER("the broker that is the active controller, too, gets SIGSTOP, later SIGCONT");

  private final String what;

  Blow(String what) {
    this.what = what;
  }

  /// As the names of rows end.
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// In words.
  String what() {
    return what;
  }
}
