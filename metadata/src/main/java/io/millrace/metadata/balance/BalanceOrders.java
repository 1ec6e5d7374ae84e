package io.millrace.metadata.balance;

import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.image.MetadataImage;

/// How a balancer's decisions are carried out: by the controller of this node, while it is the
/// active one. Orders are given and forgotten; the metadata shows what came of them, and what was
/// refused is decided again.
public interface BalanceOrders {

  /// Has the partitions get their new replicas.
  ///
  /// @param image what the decision was made from
  void move(List<Plan.Change> changes, MetadataImage image);

  /// Has the partitions be led by their first replicas.
  void lead(List<TopicPartition> partitions);
}
