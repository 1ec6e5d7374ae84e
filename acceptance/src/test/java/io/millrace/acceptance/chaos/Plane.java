package io.millrace.acceptance.chaos;

/// What a connection to a node is for. Each has a listener of its own, so that a cable can be cut
/// for one and not for another: a leader that its followers do not reach may still send heartbeats.
enum Plane {
  /// From other brokers: replication.
  BROKER("INTERNAL"),
  /// From other nodes: Raft, heartbeats, what brokers ask of the active controller.
  CONTROLLER("CONTROLLER"),
  /// From clients.
  CLIENT("EXTERNAL");

  private final String listener;

  Plane(String listener) {
    this.listener = listener;
  }

  /// The name of its listener.
  String listener() {
    return listener;
  }
}
