package io.millrace.runtime;

import java.util.List;

/// Everything the core may ask of the outside. One instance a node; safe to share between loops.
public interface World {

  Clock clock();

  Entropy entropy();

  Disk disk();

  Network network();

  /// The loops that connections and coordinator shards live on, at least one; their number is
  /// fixed.
  List<EventLoop> loops();

  /// Makes a loop of its own for work that may block (Raft's flush). In production it has a thread
  /// of its own; in the virtual world it is one more queue of the single thread.
  EventLoop dedicatedLoop(String name);

  /// Where work that blocks goes when it has no state of its own: fsync, deletion, cold reads.
  Workers workers();

  /// Takes whatever pause the start of this node has left to take now: it has loaded what it needs,
  /// and soon others wait for it. Blocks; on a worker. Worlds without such pauses do nothing.
  default void tidyUp() {}
}
