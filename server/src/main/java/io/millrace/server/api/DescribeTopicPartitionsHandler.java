package io.millrace.server.api;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

/// DescribeTopicPartitions (KIP-966): topics in the order of their names, a bounded number of
/// partitions at a time, with a cursor to go on from.
public final class DescribeTopicPartitionsHandler
    implements ApiHandler<DescribeTopicPartitionsRequestData> {

  private final ClusterView cluster;
  private final Authorization authorization;
  private final int maxPartitions;

  /// @param maxPartitions `max.request.partition.size.limit`
  public DescribeTopicPartitionsHandler(
      ClusterView cluster, Authorization authorization, int maxPartitions) {
    this.cluster = cluster;
    this.authorization = authorization;
    this.maxPartitions = maxPartitions;
  }

  @Override
  public void handle(Request request, DescribeTopicPartitionsRequestData body, Responder out) {
    boolean all = body.topics().isEmpty();
    @Nullable Cursor cursor = body.cursor();
    TreeSet<String> names = namesFromCursorOn(body, all, cursor);
    List<DescribeTopicPartitionsResponseTopic> hidden = new ArrayList<>();
    names.removeIf(name -> {
      boolean allowed =
          authorization.allows(request, AclOperation.DESCRIBE, ResourceType.TOPIC, name);
      if (!allowed && !all) {
        hidden.add(unauthorized(name));
      }
      return !allowed;
    });
    DescribeTopicPartitionsResponseData response =
        cluster
            .cache()
            .describeTopicResponse(
                names.iterator(),
                request.listenerName(),
                name ->
                    cursor != null && name.equals(cursor.topicName()) ? cursor.partitionIndex() : 0,
                Math.max(Math.min(maxPartitions, body.responsePartitionLimit()), 1),
                all);
    response
        .topics()
        .forEach(topic ->
            topic.setTopicAuthorizedOperations(
                authorization.operations(request, ResourceType.TOPIC, topic.name())));
    hidden.forEach(response.topics()::mustAdd);
    out.respond(response);
  }

  private TreeSet<String> namesFromCursorOn(
      DescribeTopicPartitionsRequestData body, boolean all, @Nullable Cursor cursor) {
    Collection<String> wanted =
        all
            ? cluster.cache().getAllTopics()
            : body.topics().stream().map(TopicRequest::name).toList();
    TreeSet<String> names = new TreeSet<>(wanted);
    if (cursor == null) {
      return names;
    }
    if (!all && !names.contains(cursor.topicName())) {
      throw new InvalidRequestException(
          "DescribeTopicPartitionsRequest topic list should contain the cursor topic: "
              + cursor.topicName());
    }
    if (cursor.partitionIndex() < 0) {
      throw new InvalidRequestException(
          "DescribeTopicPartitionsRequest cursor partition must be valid: " + cursor);
    }
    return new TreeSet<>(names.tailSet(cursor.topicName(), true));
  }

  /// Tells nothing of the topic, its id least of all.
  private static DescribeTopicPartitionsResponseTopic unauthorized(String name) {
    return new DescribeTopicPartitionsResponseTopic()
        .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
        .setName(name)
        .setTopicId(Uuid.ZERO_UUID)
        .setIsInternal(false);
  }
}
