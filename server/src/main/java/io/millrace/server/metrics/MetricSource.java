package io.millrace.server.metrics;

/// Somebody with figures to tell.
@FunctionalInterface
public interface MetricSource {

  /// Writes families that no other source writes. On a worker; may take short locks.
  void write(Exposition out);
}
