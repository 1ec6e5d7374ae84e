package io.millrace.runtime.virtual;

/// Unwinds the step in whose middle its node crashed. Never caught but by the scheduler; code that
/// does catch it finds every further call of its world failing the same way.
final class NodeCrashed extends Error {
  private static final long serialVersionUID = 1L;

  NodeCrashed(String node) {
    super(node + " has crashed", null, false, false);
  }
}
