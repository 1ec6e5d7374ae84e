package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.requests.LeaveGroupResponse;

/// LeaveGroup: one member leaves (up to version 2), or a list of them, which may be named by their
/// static ids (from 3 on).
public final class LeaveGroupHandler implements ApiHandler<LeaveGroupRequestData> {
  private static final int FIRST_WITH_MEMBER_LIST = 3;

  private final Groups groups;

  LeaveGroupHandler(Groups groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request, LeaveGroupRequestData body, Responder out) {
    if (!groups.allows(request, AclOperation.READ, body.groupId())) {
      throw GroupAuthorizationException.forGroupId(body.groupId());
    }
    Groups.answer(
        groups.coordinator().leaveGroup(request.context(), normalized(request, body)),
        out,
        response -> new LeaveGroupResponse(response, request.version()).data());
  }

  private static LeaveGroupRequestData normalized(Request request, LeaveGroupRequestData body) {
    if (request.version() >= FIRST_WITH_MEMBER_LIST) {
      return body;
    }
    return new LeaveGroupRequestData()
        .setGroupId(body.groupId())
        .setMembers(List.of(new MemberIdentity().setMemberId(body.memberId())));
  }
}
