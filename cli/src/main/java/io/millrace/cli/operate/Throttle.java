package io.millrace.cli.operate;

import io.millrace.cli.client.Failures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/// Limits what is copied between brokers, by the same settings as `kafka-reassign-partitions`: a
/// rate on each broker, and on each topic the replicas that it holds for. Either tool clears what
/// the other has set.
final class Throttle {
  private static final String LEADER_RATE = "leader.replication.throttled.rate";
  private static final String FOLLOWER_RATE = "follower.replication.throttled.rate";
  private static final String LEADER_REPLICAS = "leader.replication.throttled.replicas";
  private static final String FOLLOWER_REPLICAS = "follower.replication.throttled.replicas";

  private Throttle() {}

  /// Replicas that are there already are limited in sending, those to come in receiving.
  static void set(
      Admin admin,
      long bytesPerSecond,
      Map<TopicPartition, List<Integer>> current,
      Map<TopicPartition, List<Integer>> target) {
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new LinkedHashMap<>();
    Set<Integer> brokers = new LinkedHashSet<>();
    Map<String, List<String>> senders = new TreeMap<>();
    Map<String, List<String>> receivers = new TreeMap<>();
    target.forEach((partition, replicas) -> {
      List<Integer> now = current.getOrDefault(partition, List.of());
      brokers.addAll(now);
      brokers.addAll(replicas);
      add(senders, partition, now);
      add(receivers, partition, replicas.stream().filter(id -> !now.contains(id)).toList());
    });
    String rate = Long.toString(bytesPerSecond);
    brokers.forEach(
        id -> changes.put(broker(id), List.of(put(LEADER_RATE, rate), put(FOLLOWER_RATE, rate))));
    senders.forEach((topic, replicas) ->
        changes.put(
            topic(topic),
            List.of(
                put(LEADER_REPLICAS, String.join(",", replicas)),
                put(
                    FOLLOWER_REPLICAS,
                    String.join(",", receivers.getOrDefault(topic, List.of()))))));
    Failures.await("throttle", admin.incrementalAlterConfigs(changes).all());
  }

  private static void add(
      Map<String, List<String>> words, TopicPartition partition, List<Integer> replicas) {
    words
        .computeIfAbsent(partition.topic(), _ -> new ArrayList<>())
        .addAll(replicas.stream().map(id -> partition.partition() + ":" + id).toList());
  }

  /// Takes away what [#set] has set.
  static void clear(Admin admin, Collection<Integer> brokers, Collection<String> topics) {
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new LinkedHashMap<>();
    brokers.forEach(
        id -> changes.put(broker(id), List.of(delete(LEADER_RATE), delete(FOLLOWER_RATE))));
    topics.stream()
        .collect(Collectors.toCollection(LinkedHashSet::new))
        .forEach(name ->
            changes.put(topic(name), List.of(delete(LEADER_REPLICAS), delete(FOLLOWER_REPLICAS))));
    Failures.await("throttle", admin.incrementalAlterConfigs(changes).all());
  }

  private static ConfigResource broker(int id) {
    return new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(id));
  }

  private static ConfigResource topic(String name) {
    return new ConfigResource(ConfigResource.Type.TOPIC, name);
  }

  private static AlterConfigOp put(String key, String value) {
    return new AlterConfigOp(new ConfigEntry(key, value), OpType.SET);
  }

  private static AlterConfigOp delete(String key) {
    return new AlterConfigOp(new ConfigEntry(key, null), OpType.DELETE);
  }
}
