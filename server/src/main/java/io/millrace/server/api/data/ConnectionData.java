package io.millrace.server.api.data;

import io.millrace.replication.HostedTopic;
import io.millrace.replication.TopicTable;
import io.millrace.server.request.WireConnection;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// What Produce keeps with a connection so that a request costs no garbage: the topic that was
/// named last, and answers to use again. Belongs to the connection's loop.
final class ConnectionData {

  private final ArrayDeque<ProduceAnswer> spareAnswers = new ArrayDeque<>();
  private @Nullable TopicTable table;
  private @Nullable HostedTopic lastTopic;

  static ConnectionData of(WireConnection connection) {
    if (connection.attachment() instanceof ConnectionData data) {
      return data;
    }
    ConnectionData data = new ConnectionData();
    connection.attach(data);
    return data;
  }

  ProduceAnswer answer(WireConnection connection, ClusterTopics topics) {
    ProduceAnswer spare = spareAnswers.poll();
    return spare != null ? spare : new ProduceAnswer(connection, this, topics);
  }

  void giveBack(ProduceAnswer answer) {
    if (spareAnswers.isEmpty()) {
      spareAnswers.add(answer);
    }
  }

  /// The topic whose name stands in the request, without making a string of it when it is the same
  /// as in the last request.
  @Nullable HostedTopic topic(TopicTable current, ByteBuffer bytes, int at, int length) {
    HostedTopic known = table == current ? lastTopic : null;
    if (known != null && matches(known.nameBytes(), bytes, at, length)) {
      return known;
    }
    byte[] name = new byte[length];
    bytes.get(at, name);
    return remember(
        current, current.topic(new String(name, java.nio.charset.StandardCharsets.UTF_8)));
  }

  @Nullable HostedTopic topic(TopicTable current, long idMost, long idLeast) {
    HostedTopic known = table == current ? lastTopic : null;
    if (known != null
        && known.id().getMostSignificantBits() == idMost
        && known.id().getLeastSignificantBits() == idLeast) {
      return known;
    }
    return remember(current, current.topic(new Uuid(idMost, idLeast)));
  }

  private @Nullable HostedTopic remember(TopicTable current, @Nullable HostedTopic topic) {
    table = current;
    lastTopic = topic;
    return topic;
  }

  private static boolean matches(byte[] name, ByteBuffer bytes, int at, int length) {
    if (name.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (bytes.get(at + i) != name[i]) {
        return false;
      }
    }
    return true;
  }
}
