package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.BufferSupplier;

/// SyncGroup: the leader of a classic group hands in the assignment, everybody takes theirs.
/// Protocol type and name must be there from version 5 on.
public final class SyncGroupHandler implements ApiHandler<SyncGroupRequestData> {
  private static final int FIRST_WITH_PROTOCOL = 5;

  private final Groups groups;

  SyncGroupHandler(Groups groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request, SyncGroupRequestData body, Responder out) {
    if (request.version() >= FIRST_WITH_PROTOCOL
        && (body.protocolType() == null || body.protocolName() == null)) {
      throw Errors.INCONSISTENT_GROUP_PROTOCOL.exception();
    }
    if (!groups.allows(request, AclOperation.READ, body.groupId())) {
      throw GroupAuthorizationException.forGroupId(body.groupId());
    }
    Groups.answer(
        groups.coordinator().syncGroup(request.context(), body, BufferSupplier.NO_CACHING),
        out,
        response -> response);
  }
}
