package io.millrace.server.config;

/// What a node is: a broker that clients talk to, a controller that votes, or both.
public record Roles(boolean broker, boolean controller) {

  public boolean combined() {
    return broker && controller;
  }

  @Override
  public String toString() {
    return combined() ? "broker,controller" : broker ? "broker" : "controller";
  }
}
