package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ListGroupsRequestData;

/// ListGroups: the groups of the shards that this node serves. Who may describe the cluster sees
/// all of them, others those that they may describe.
public final class ListGroupsHandler implements ApiHandler<ListGroupsRequestData> {
  private final Groups groups;

  ListGroupsHandler(Groups groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request, ListGroupsRequestData body, Responder out) {
    boolean all = groups.authorization().allowsOnCluster(request, AclOperation.DESCRIBE);
    Groups.answer(
        groups.coordinator().listGroups(request.context(), body),
        out,
        response ->
            all
                ? response
                : response.setGroups(
                    response.groups().stream()
                        .filter(
                            group -> groups.allows(request, AclOperation.DESCRIBE, group.groupId()))
                        .toList()));
  }
}
