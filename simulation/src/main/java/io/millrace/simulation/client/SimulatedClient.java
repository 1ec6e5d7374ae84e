package io.millrace.simulation.client;

/// A client of a run. Called between the world's steps.
public interface SimulatedClient {

  void start();

  /// Begins nothing new, and brings to an end what was begun.
  void stop();

  /// Whether it has been stopped and everything has come to an end.
  boolean isIdle();

  /// Requests sent, for the run's figures.
  long requests();
}
