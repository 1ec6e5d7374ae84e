package io.millrace.metadata.controller;

import org.apache.kafka.common.Node;
import org.jspecify.annotations.Nullable;

/// Finds the controller listener of a node of the quorum. Any thread.
@FunctionalInterface
public interface ControllerLocator {

  /// Null when the voters that are known do not tell.
  @Nullable Node locate(int nodeId);
}
