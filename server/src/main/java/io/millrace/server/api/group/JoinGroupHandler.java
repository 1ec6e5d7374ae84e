package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.utils.BufferSupplier;

/// JoinGroup: membership in a classic group; answered when the rebalance has gathered its members.
/// A member without an id is handed one to come back with from version 4 on (the service's doing).
public final class JoinGroupHandler implements ApiHandler<JoinGroupRequestData> {
  private final Groups groups;

  JoinGroupHandler(Groups groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request, JoinGroupRequestData body, Responder out) {
    if (!groups.allows(request, AclOperation.READ, body.groupId())) {
      throw GroupAuthorizationException.forGroupId(body.groupId());
    }
    Groups.answer(
        groups.coordinator().joinGroup(request.context(), body, BufferSupplier.NO_CACHING),
        out,
        response -> new JoinGroupResponse(response, request.version()).data());
  }
}
