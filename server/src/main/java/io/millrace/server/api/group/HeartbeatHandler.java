package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.message.HeartbeatRequestData;

/// Heartbeat: a member of a classic group is alive, and hears of rebalances.
public final class HeartbeatHandler implements ApiHandler<HeartbeatRequestData> {
  private final Groups groups;

  HeartbeatHandler(Groups groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request, HeartbeatRequestData body, Responder out) {
    if (!groups.allows(request, AclOperation.READ, body.groupId())) {
      throw GroupAuthorizationException.forGroupId(body.groupId());
    }
    Groups.answer(
        groups.coordinator().heartbeat(request.context(), body), out, response -> response);
  }
}
