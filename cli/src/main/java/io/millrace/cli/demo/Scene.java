package io.millrace.cli.demo;

/// What happens to the cluster while orders flow.
enum Scene {
  LEADER("The leader of partition 0 is killed (SIGKILL)"),
  CONTROLLER("The node with the active controller is killed (SIGKILL)"),
  FROZEN("The leader of partition 0 is frozen (SIGSTOP), and wakes up as a zombie"),
  ROLLING("All three nodes are restarted, one after the other");

  private final String title;

  Scene(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
