package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.jspecify.annotations.Nullable;

/// OffsetDelete: committed offsets of topics that the group does not read any more.
public final class OffsetDeleteHandler implements ApiHandler<OffsetDeleteRequestData> {
  private final Groups groups;

  OffsetDeleteHandler(Groups groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request, OffsetDeleteRequestData body, Responder out) {
    if (!groups.allows(request, AclOperation.DELETE, body.groupId())) {
      throw GroupAuthorizationException.forGroupId(body.groupId());
    }
    OffsetDeleteResponse.Builder answers = new OffsetDeleteResponse.Builder();
    OffsetDeleteRequestTopicCollection accepted = new OffsetDeleteRequestTopicCollection();
    MetadataImage image = groups.cluster().image();
    for (OffsetDeleteRequestTopic topic : body.topics()) {
      @Nullable TopicImage known = image.topics().getTopic(topic.name());
      if (!groups
          .authorization()
          .allows(request, AclOperation.READ, ResourceType.TOPIC, topic.name())) {
        refuse(answers, topic, Errors.TOPIC_AUTHORIZATION_FAILED);
      } else if (known == null) {
        refuse(answers, topic, Errors.UNKNOWN_TOPIC_OR_PARTITION);
      } else {
        accept(topic, known, accepted, answers);
      }
    }
    Groups.answer(
        groups
            .coordinator()
            .deleteOffsets(
                request.context(),
                new OffsetDeleteRequestData().setGroupId(body.groupId()).setTopics(accepted),
                BufferSupplier.NO_CACHING),
        out,
        response -> answers.merge(response).build().data());
  }

  private static void accept(
      OffsetDeleteRequestTopic topic,
      TopicImage known,
      OffsetDeleteRequestTopicCollection accepted,
      OffsetDeleteResponse.Builder answers) {
    OffsetDeleteRequestTopic rest = new OffsetDeleteRequestTopic().setName(topic.name());
    for (OffsetDeleteRequestPartition partition : topic.partitions()) {
      if (known.partitions().containsKey(partition.partitionIndex())) {
        rest.partitions().add(partition);
      } else {
        answers.addPartition(
            topic.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
      }
    }
    if (!rest.partitions().isEmpty()) {
      accepted.add(rest);
    }
  }

  private static void refuse(
      OffsetDeleteResponse.Builder answers, OffsetDeleteRequestTopic topic, Errors error) {
    answers.addPartitions(
        topic.name(), topic.partitions(), OffsetDeleteRequestPartition::partitionIndex, error);
  }
}
