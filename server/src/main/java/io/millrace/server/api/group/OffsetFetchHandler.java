package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.ErrorResponses;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.TopicsImage;
import org.jspecify.annotations.Nullable;

/// OffsetFetch: what groups have committed, for some topics or (from version 2 on) for all.
///
/// One group up to version 7, a list of them from 8 on; topics go by id from 10 on. Groups may be
/// of different shards, so the answer leaves when the last of them has spoken.
public final class OffsetFetchHandler implements ApiHandler<OffsetFetchRequestData> {
  private final Groups groups;

  OffsetFetchHandler(Groups groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request, OffsetFetchRequestData body, Responder out) {
    List<CompletableFuture<OffsetFetchResponseGroup>> answers = new ArrayList<>();
    for (OffsetFetchRequestGroup group : groupsOf(body, request.version())) {
      answers.add(fetch(request, group, body.requireStable()));
    }
    Groups.answer(
        CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new)),
        out,
        _ -> {
          List<OffsetFetchResponseGroup> all =
              answers.stream().map(CompletableFuture::join).toList();
          return new OffsetFetchResponse.Builder(all).build(request.version()).data();
        });
  }

  private static List<OffsetFetchRequestGroup> groupsOf(
      OffsetFetchRequestData body, short version) {
    if (version >= OffsetFetchRequest.BATCH_MIN_VERSION) {
      return body.groups();
    }
    OffsetFetchRequestGroup group = new OffsetFetchRequestGroup().setGroupId(body.groupId());
    if (body.topics() == null) {
      group.setTopics(null);
    } else {
      body.topics()
          .forEach(topic ->
              group
                  .topics()
                  .add(
                      new OffsetFetchRequestTopics()
                          .setName(topic.name())
                          .setPartitionIndexes(topic.partitionIndexes())));
    }
    return List.of(group);
  }

  /// One group's answer; a failure is part of it, so that the others are not lost with it.
  private CompletableFuture<OffsetFetchResponseGroup> fetch(
      Request request, OffsetFetchRequestGroup group, boolean requireStable) {
    if (!groups.allows(request, AclOperation.DESCRIBE, group.groupId())) {
      return CompletableFuture.completedFuture(
          OffsetFetchResponse.groupError(
              group, Errors.GROUP_AUTHORIZATION_FAILED, request.version()));
    }
    CompletableFuture<OffsetFetchResponseGroup> answer =
        OffsetFetchRequest.requestAllOffsets(group)
            ? fetchAll(request, group, requireStable)
            : fetchSome(request, group, requireStable);
    return answer.exceptionally(failure ->
        OffsetFetchResponse.groupError(
            group, Errors.forException(ErrorResponses.unwrap(failure)), request.version()));
  }

  private CompletableFuture<OffsetFetchResponseGroup> fetchAll(
      Request request, OffsetFetchRequestGroup group, boolean requireStable) {
    return groups
        .coordinator()
        .fetchOffsets(request.context(), group, requireStable)
        .thenApply(fetched ->
            fetched.errorCode() == Errors.NONE.code() ? visible(request, fetched) : fetched);
  }

  /// Leaves out topics that the caller may not see, and, where topics go by id, those that have
  /// none any more.
  private OffsetFetchResponseGroup visible(Request request, OffsetFetchResponseGroup fetched) {
    boolean byId = OffsetFetchRequest.useTopicIds(request.version());
    TopicsImage topics = groups.cluster().image().topics();
    List<OffsetFetchResponseTopics> visible = new ArrayList<>(fetched.topics().size());
    for (OffsetFetchResponseTopics topic : fetched.topics()) {
      if (!mayDescribe(request, topic.name())) {
        continue;
      }
      if (byId && topic.topicId().equals(Uuid.ZERO_UUID)) {
        @Nullable TopicImage known = topics.getTopic(topic.name());
        if (known == null) {
          continue;
        }
        topic.setTopicId(known.id());
      }
      visible.add(topic);
    }
    return fetched.setTopics(visible);
  }

  private CompletableFuture<OffsetFetchResponseGroup> fetchSome(
      Request request, OffsetFetchRequestGroup group, boolean requireStable) {
    boolean byId = OffsetFetchRequest.useTopicIds(request.version());
    TopicsImage topics = groups.cluster().image().topics();
    List<OffsetFetchRequestTopics> asked = new ArrayList<>(group.topics().size());
    List<OffsetFetchResponseTopics> refused = new ArrayList<>();
    for (OffsetFetchRequestTopics topic : group.topics()) {
      if (byId) {
        @Nullable TopicImage known = topics.getTopic(topic.topicId());
        if (known == null) {
          refused.add(refusal(topic, Errors.UNKNOWN_TOPIC_ID));
          continue;
        }
        topic.setName(known.name());
      }
      if (mayDescribe(request, topic.name())) {
        asked.add(topic);
      } else {
        refused.add(refusal(topic, Errors.TOPIC_AUTHORIZATION_FAILED));
      }
    }
    return groups
        .coordinator()
        .fetchOffsets(
            request.context(),
            new OffsetFetchRequestGroup()
                .setGroupId(group.groupId())
                .setMemberId(group.memberId())
                .setMemberEpoch(group.memberEpoch())
                .setTopics(asked),
            requireStable)
        .thenApply(fetched -> {
          if (fetched.errorCode() != Errors.NONE.code() || refused.isEmpty()) {
            return fetched;
          }
          List<OffsetFetchResponseTopics> all = new ArrayList<>(fetched.topics());
          all.addAll(refused);
          return fetched.setTopics(all);
        });
  }

  private boolean mayDescribe(Request request, String topic) {
    return groups.authorization().allows(request, AclOperation.DESCRIBE, ResourceType.TOPIC, topic);
  }

  private static OffsetFetchResponseTopics refusal(OffsetFetchRequestTopics topic, Errors error) {
    OffsetFetchResponseTopics refusal =
        new OffsetFetchResponseTopics().setTopicId(topic.topicId()).setName(topic.name());
    for (int partition : topic.partitionIndexes()) {
      refusal
          .partitions()
          .add(
              new OffsetFetchResponsePartitions()
                  .setPartitionIndex(partition)
                  .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                  .setErrorCode(error.code()));
    }
    return refusal;
  }
}
