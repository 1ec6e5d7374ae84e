package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.jspecify.annotations.Nullable;

/// OffsetCommit: the coordinator gets what is left when topics and partitions that do not exist, or
/// that the caller may not read, are answered here. Topics go by id from version 10 on.
public final class OffsetCommitHandler implements ApiHandler<OffsetCommitRequestData> {
  private final Groups groups;

  OffsetCommitHandler(Groups groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request, OffsetCommitRequestData body, Responder out) {
    if (!groups.allows(request, AclOperation.READ, body.groupId())) {
      throw GroupAuthorizationException.forGroupId(body.groupId());
    }
    boolean byId = OffsetCommitResponse.useTopicIds(request.version());
    OffsetCommitResponse.Builder answers = OffsetCommitResponse.newBuilder(byId);
    MetadataImage image = groups.cluster().image();
    List<OffsetCommitRequestTopic> accepted = new ArrayList<>(body.topics().size());
    for (OffsetCommitRequestTopic topic : body.topics()) {
      OffsetCommitRequestTopic rest = accept(request, topic, byId, image, answers);
      if (rest != null) {
        accepted.add(rest);
      }
    }
    if (accepted.isEmpty()) {
      out.respond(answers.build().data());
      return;
    }
    Groups.answer(
        groups
            .coordinator()
            .commitOffsets(
                request.context(),
                new OffsetCommitRequestData()
                    .setGroupId(body.groupId())
                    .setMemberId(body.memberId())
                    .setGenerationIdOrMemberEpoch(body.generationIdOrMemberEpoch())
                    .setRetentionTimeMs(body.retentionTimeMs())
                    .setGroupInstanceId(body.groupInstanceId())
                    .setTopics(accepted),
                BufferSupplier.NO_CACHING),
        out,
        response -> answers.merge(response).build().data());
  }

  /// The part of the topic that can be committed; null if nothing of it. The rest is answered.
  private @Nullable OffsetCommitRequestTopic accept(
      Request request,
      OffsetCommitRequestTopic topic,
      boolean byId,
      MetadataImage image,
      OffsetCommitResponse.Builder answers) {
    @Nullable TopicImage known =
        byId ? image.topics().getTopic(topic.topicId()) : image.topics().getTopic(topic.name());
    if (byId && known == null) {
      refuse(answers, topic, Errors.UNKNOWN_TOPIC_ID);
      return null;
    }
    String name = known == null ? topic.name() : known.name();
    topic.setName(name).setTopicId(known == null ? Uuid.ZERO_UUID : known.id());
    if (!groups.authorization().allows(request, AclOperation.READ, ResourceType.TOPIC, name)) {
      refuse(answers, topic, Errors.TOPIC_AUTHORIZATION_FAILED);
      return null;
    }
    if (known == null) {
      refuse(answers, topic, Errors.UNKNOWN_TOPIC_OR_PARTITION);
      return null;
    }
    OffsetCommitRequestTopic accepted =
        new OffsetCommitRequestTopic().setTopicId(known.id()).setName(name);
    for (OffsetCommitRequestPartition partition : topic.partitions()) {
      if (known.partitions().containsKey(partition.partitionIndex())) {
        accepted.partitions().add(partition);
      } else {
        answers.addPartition(
            known.id(), name, partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
      }
    }
    return accepted.partitions().isEmpty() ? null : accepted;
  }

  private static void refuse(
      OffsetCommitResponse.Builder answers, OffsetCommitRequestTopic topic, Errors error) {
    answers.addPartitions(
        topic.topicId(),
        topic.name(),
        topic.partitions(),
        OffsetCommitRequestPartition::partitionIndex,
        error);
  }
}
