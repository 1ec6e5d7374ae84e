package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeGroupsResponse;
import org.apache.kafka.common.resource.ResourceType;

/// DescribeGroups: classic groups with their members. What the caller may do with each is told from
/// version 3 on.
public final class DescribeGroupsHandler implements ApiHandler<DescribeGroupsRequestData> {
  private static final int FIRST_WITH_OPERATIONS = 3;

  private final Groups groups;

  DescribeGroupsHandler(Groups groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request, DescribeGroupsRequestData body, Responder out) {
    List<DescribedGroup> answers = new ArrayList<>();
    List<String> allowed = new ArrayList<>();
    for (String group : body.groups()) {
      if (groups.allows(request, AclOperation.DESCRIBE, group)) {
        allowed.add(group);
      } else {
        answers.add(DescribeGroupsResponse.groupError(group, Errors.GROUP_AUTHORIZATION_FAILED));
      }
    }
    boolean operations =
        body.includeAuthorizedOperations() && request.version() >= FIRST_WITH_OPERATIONS;
    Groups.answer(
        groups.coordinator().describeGroups(request.context(), allowed),
        out,
        described -> {
          for (DescribedGroup group : described) {
            if (operations && group.errorCode() == Errors.NONE.code()) {
              group.setAuthorizedOperations(
                  groups.authorization().operations(request, ResourceType.GROUP, group.groupId()));
            }
            answers.add(group);
          }
          return new DescribeGroupsResponseData().setGroups(answers);
        });
  }
}
