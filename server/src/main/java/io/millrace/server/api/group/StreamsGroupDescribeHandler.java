package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.TopicInfo;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

/// StreamsGroupDescribe (KIP-1071): streams groups with topology, members and tasks. A group whose
/// topology names topics which the caller may not see is not shown.
public final class StreamsGroupDescribeHandler
    implements ApiHandler<StreamsGroupDescribeRequestData> {
  private final Groups groups;

  StreamsGroupDescribeHandler(Groups groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request, StreamsGroupDescribeRequestData body, Responder out) {
    if (!groups.servesStreamsGroups()) {
      throw Errors.UNSUPPORTED_VERSION.exception();
    }
    List<DescribedGroup> answers = new ArrayList<>();
    List<String> allowed = new ArrayList<>();
    for (String group : body.groupIds()) {
      if (groups.allows(request, AclOperation.DESCRIBE, group)) {
        allowed.add(group);
      } else {
        answers.add(
            new DescribedGroup()
                .setGroupId(group)
                .setErrorCode(Errors.GROUP_AUTHORIZATION_FAILED.code()));
      }
    }
    Groups.answer(
        groups.coordinator().streamsGroupDescribe(request.context(), allowed),
        out,
        described -> {
          for (DescribedGroup group : described) {
            answers.add(visible(request, group, body.includeAuthorizedOperations()));
          }
          return new StreamsGroupDescribeResponseData().setGroups(answers);
        });
  }

  private DescribedGroup visible(Request request, DescribedGroup group, boolean operations) {
    Set<String> topics = new LinkedHashSet<>();
    if (group.topology() != null) {
      for (Subtopology subtopology : group.topology().subtopologies()) {
        topics.addAll(subtopology.sourceTopics());
        topics.addAll(subtopology.repartitionSinkTopics());
        subtopology.repartitionSourceTopics().stream().map(TopicInfo::name).forEach(topics::add);
        subtopology.stateChangelogTopics().stream().map(TopicInfo::name).forEach(topics::add);
      }
    }
    if (groups
            .authorization()
            .filter(request, AclOperation.DESCRIBE, ResourceType.TOPIC, topics)
            .size()
        < topics.size()) {
      return new DescribedGroup()
          .setGroupId(group.groupId())
          .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
          .setErrorMessage(
              "The described group uses topics that the client is not authorized to describe.")
          .setTopology(null);
    }
    if (operations && group.errorCode() == Errors.NONE.code()) {
      group.setAuthorizedOperations(
          groups.authorization().operations(request, ResourceType.GROUP, group.groupId()));
    }
    return group;
  }
}
