package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.TopicPartitions;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

/// ConsumerGroupDescribe (KIP-848): consumer groups with members, subscriptions and assignments. A
/// group that is assigned topics which the caller may not see is not shown.
public final class ConsumerGroupDescribeHandler
    implements ApiHandler<ConsumerGroupDescribeRequestData> {
  private final Groups groups;

  ConsumerGroupDescribeHandler(Groups groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request, ConsumerGroupDescribeRequestData body, Responder out) {
    if (!groups.servesConsumerGroups()) {
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
        groups.coordinator().consumerGroupDescribe(request.context(), allowed),
        out,
        described -> {
          for (DescribedGroup group : described) {
            answers.add(visible(request, group, body.includeAuthorizedOperations()));
          }
          return new ConsumerGroupDescribeResponseData().setGroups(answers);
        });
  }

  private DescribedGroup visible(Request request, DescribedGroup group, boolean operations) {
    Set<String> topics = new LinkedHashSet<>();
    group.members().stream()
        .flatMap(member -> Stream.of(member.assignment(), member.targetAssignment()))
        .map(Assignment::topicPartitions)
        .flatMap(List::stream)
        .map(TopicPartitions::topicName)
        .forEach(topics::add);
    if (groups
            .authorization()
            .filter(request, AclOperation.DESCRIBE, ResourceType.TOPIC, topics)
            .size()
        < topics.size()) {
      return new DescribedGroup()
          .setGroupId(group.groupId())
          .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
          .setErrorMessage(
              "The group has described topic(s) that the client is not authorized to describe.");
    }
    if (operations && group.errorCode() == Errors.NONE.code()) {
      group.setAuthorizedOperations(
          groups.authorization().operations(request, ResourceType.GROUP, group.groupId()));
    }
    return group;
  }
}
