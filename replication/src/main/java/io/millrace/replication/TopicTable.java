package io.millrace.replication;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// The topics that this broker hosts, as of one metadata image. Immutable, published whole; whoever
/// caches what it found here compares tables by identity to see whether it is still current.
public final class TopicTable {

  public static final TopicTable EMPTY =
      new TopicTable(new LinkedHashMap<>(), new LinkedHashMap<>());

  private final Map<String, HostedTopic> byName;
  private final Map<Uuid, HostedTopic> byId;

  private TopicTable(Map<String, HostedTopic> byName, Map<Uuid, HostedTopic> byId) {
    this.byName = byName;
    this.byId = byId;
  }

  public @Nullable HostedTopic topic(String name) {
    return byName.get(name);
  }

  public @Nullable HostedTopic topic(Uuid id) {
    return byId.get(id);
  }

  public @Nullable Partition partition(TopicPartition id) {
    HostedTopic topic = byName.get(id.topic());
    return topic == null ? null : topic.partition(id.partition());
  }

  public Collection<HostedTopic> topics() {
    return byName.values();
  }

  /// Every partition of this broker.
  public List<Partition> partitions() {
    List<Partition> all = new ArrayList<>();
    for (HostedTopic topic : byName.values()) {
      for (int i = 0; i < topic.bound(); i++) {
        Partition partition = topic.partition(i);
        if (partition != null) {
          all.add(partition);
        }
      }
    }
    return all;
  }

  Draft draft() {
    return new Draft(this);
  }

  /// A copy that is still being changed; belongs to who made it.
  static final class Draft {

    private final Map<String, HostedTopic> byName;
    private final Map<Uuid, HostedTopic> byId;
    private final Map<Uuid, List<Partition>> added = new LinkedHashMap<>();
    private final Map<Uuid, String> names = new LinkedHashMap<>();

    private Draft(TopicTable from) {
      byName = new LinkedHashMap<>(from.byName);
      byId = new LinkedHashMap<>(from.byId);
    }

    @Nullable HostedTopic topic(Uuid id) {
      return byId.get(id);
    }

    @Nullable Partition partition(Uuid topicId, int index) {
      HostedTopic topic = byId.get(topicId);
      return topic == null ? null : topic.partition(index);
    }

    void add(Partition partition) {
      Uuid topicId = partition.id().topicId();
      names.put(topicId, partition.id().topic());
      added.computeIfAbsent(topicId, _ -> new ArrayList<>()).add(partition);
    }

    void remove(Uuid topicId, int index) {
      HostedTopic topic = byId.get(topicId);
      if (topic == null) {
        return;
      }
      HostedTopic rest = topic.with(index, null);
      if (rest.isEmpty()) {
        byId.remove(topicId);
        byName.remove(topic.name(), topic);
      } else {
        put(rest);
      }
    }

    private void put(HostedTopic topic) {
      byId.put(topic.id(), topic);
      byName.put(topic.name(), topic);
    }

    TopicTable publish() {
      added.forEach((topicId, partitions) -> {
        HostedTopic before = byId.get(topicId);
        int bound = before == null ? 0 : before.bound();
        for (Partition partition : partitions) {
          bound = Math.max(bound, partition.id().partition() + 1);
        }
        @Nullable Partition[] slots = new Partition[bound];
        for (int i = 0; before != null && i < before.bound(); i++) {
          slots[i] = before.partition(i);
        }
        for (Partition partition : partitions) {
          slots[partition.id().partition()] = partition;
        }
        put(new HostedTopic(names.getOrDefault(topicId, ""), topicId, slots));
      });
      added.clear();
      return new TopicTable(byName, byId);
    }
  }
}
