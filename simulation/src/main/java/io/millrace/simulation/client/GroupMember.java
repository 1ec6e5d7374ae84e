package io.millrace.simulation.client;

import java.util.List;
import org.apache.kafka.common.TopicPartition;

/// A member of a consumer group that comes and goes. Lives on one loop; called on it.
interface GroupMember {

  /// Becomes a member, and stays one until it leaves or vanishes, whatever happens.
  void join();

  /// Commits, says goodbye, and is gone.
  void leave();

  /// Is gone, as a killed process: nobody is told.
  void vanish();

  boolean isIn();

  /// What it reads, in order.
  List<TopicPartition> held();

  /// Whether it has read everything that it holds, and committed it.
  boolean isCaughtUp();

  long requests();
}
