package io.millrace.cli.operate;

import io.millrace.metadata.balance.Layout;
import io.millrace.metadata.balance.Layout.Placement;
import io.millrace.metadata.balance.Plan;
import io.millrace.metadata.balance.TrafficMeter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/// A plan that somebody else made, in the form of the balancer's.
final class ManualPlan {
  private ManualPlan() {}

  /// @param target new replicas; partitions that have them already are left out
  static Plan of(ObservedCluster cluster, Map<TopicPartition, List<Integer>> target) {
    Layout layout = cluster.layout(Set.of(), List.of(), new TrafficMeter());
    List<Plan.Change> changes = new ArrayList<>();
    Map<Integer, long[]> before = new LinkedHashMap<>();
    Map<Integer, long[]> after = new LinkedHashMap<>();
    layout
        .brokers()
        .forEach(broker -> {
          before.put(broker.id(), new long[3]);
          after.put(broker.id(), new long[3]);
        });
    for (Placement placement : layout.partitions()) {
      List<Integer> wanted = target.getOrDefault(placement.partition(), placement.replicas());
      count(before, placement.replicas(), placement.bytes());
      count(after, wanted, placement.bytes());
      if (!wanted.equals(placement.replicas())) {
        changes.add(
            new Plan.Change(
                placement.partition(),
                placement.replicas(),
                wanted,
                placement.bytes(),
                Plan.Goal.ASKED,
                List.of("as asked for")));
      }
    }
    return new Plan(changes, List.of(), List.of(), shares(before), shares(after));
  }

  private static void count(Map<Integer, long[]> counts, List<Integer> replicas, long bytes) {
    for (int i = 0; i < replicas.size(); i++) {
      long[] broker = counts.get(replicas.get(i));
      if (broker != null) {
        broker[0]++;
        broker[1] += i == 0 ? 1 : 0;
        broker[2] += bytes;
      }
    }
  }

  private static List<Plan.Share> shares(Map<Integer, long[]> counts) {
    return counts.entrySet().stream()
        .map(entry ->
            new Plan.Share(
                entry.getKey(),
                (int) entry.getValue()[0],
                (int) entry.getValue()[1],
                entry.getValue()[2],
                0,
                -1))
        .toList();
  }
}
