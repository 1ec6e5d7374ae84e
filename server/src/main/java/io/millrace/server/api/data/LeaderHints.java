package io.millrace.server.api.data;

import static io.millrace.server.request.WireWriter.length;
import static io.millrace.server.request.WireWriter.nullableString;
import static io.millrace.server.request.WireWriter.sizeOfLength;
import static io.millrace.server.request.WireWriter.sizeOfNullableString;
import static io.millrace.server.request.WireWriter.sizeOfString;
import static io.millrace.server.request.WireWriter.sizeOfUnsignedVarint;
import static io.millrace.server.request.WireWriter.string;
import static io.millrace.server.request.WireWriter.unsignedVarint;

import io.millrace.replication.KnownLeader;
import io.millrace.replication.Partition;
import io.millrace.replication.TopicTable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.PartitionRegistration;
import org.jspecify.annotations.Nullable;

/// Who leads the partitions that a client asked the wrong broker for, so that it can go there at
/// once (KIP-951): `CurrentLeader` in a partition's part of the answer, `NodeEndpoints` at its end.
/// Belongs to one answer.
final class LeaderHints {

  /// Leader id, leader epoch, no tagged fields.
  static final int LEADER_BYTES = 4 + 4 + 1;

  /// Tag of `NodeEndpoints` in Produce and in Fetch answers.
  private static final int NODE_ENDPOINTS = 0;

  private final MetadataImage image;
  private final TopicTable hosted;
  private final ListenerName listener;
  private final Map<Integer, Node> nodes = new TreeMap<>();

  /// A partition's leader; both are -1 where the metadata knows none.
  record Leader(int id, int epoch) {}

  /// @param hosted what this broker has replicas of: they follow the metadata before the image is
  ///   shown, so that who has just ceased to lead knows its successor
  /// @param listener whose addresses the client understands
  LeaderHints(MetadataImage image, TopicTable hosted, ListenerName listener) {
    this.image = image;
    this.hosted = hosted;
    this.listener = listener;
  }

  /// Looks a leader up; its address will be part of the answer.
  Leader leader(@Nullable TopicImage topic, int index) {
    PartitionRegistration partition = topic == null ? null : topic.partitions().get(index);
    if (topic == null || partition == null) {
      return new Leader(-1, -1);
    }
    Leader leader =
        newer(
            new Leader(partition.leader, partition.leaderEpoch),
            hosted.partition(new TopicPartition(topic.name(), index)));
    BrokerRegistration broker = image.cluster().broker(leader.id());
    if (broker != null && !broker.fenced()) {
      broker.node(listener.value()).ifPresent(node -> nodes.put(node.id(), node));
    }
    return leader;
  }

  private static Leader newer(Leader shown, @Nullable Partition replica) {
    KnownLeader known = replica == null ? null : replica.knownLeader();
    return known != null && known.epoch() > shown.epoch()
        ? new Leader(known.id(), known.epoch())
        : shown;
  }

  MetadataImage image() {
    return image;
  }

  /// Size of the answer's tagged fields.
  int tagsSize() {
    if (nodes.isEmpty()) {
      return 1;
    }
    int size = nodesSize();
    return 1 + sizeOfUnsignedVarint(NODE_ENDPOINTS) + sizeOfUnsignedVarint(size) + size;
  }

  private int nodesSize() {
    int size = sizeOfLength(true, nodes.size());
    for (Node node : nodes.values()) {
      size += 4 + sizeOfString(true, utf8(node.host())) + 4;
      size += sizeOfNullableString(true, rack(node)) + 1;
    }
    return size;
  }

  /// Writes the answer's tagged fields.
  void writeTags(ByteBuffer out) {
    if (nodes.isEmpty()) {
      out.put((byte) 0);
      return;
    }
    unsignedVarint(out, 1);
    unsignedVarint(out, NODE_ENDPOINTS);
    unsignedVarint(out, nodesSize());
    length(out, true, nodes.size());
    for (Node node : nodes.values()) {
      out.putInt(node.id());
      string(out, true, utf8(node.host()));
      out.putInt(node.port());
      nullableString(out, true, rack(node));
      out.put((byte) 0);
    }
  }

  /// Writes a partition's `CurrentLeader` without its tag.
  static void write(ByteBuffer out, Leader leader) {
    out.putInt(leader.id()).putInt(leader.epoch()).put((byte) 0);
  }

  private static byte @Nullable [] rack(Node node) {
    return node.hasRack() ? utf8(node.rack()) : null;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
