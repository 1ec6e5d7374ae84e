package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.BufferSupplier;

/// DeleteGroups: empty groups, with their offsets.
public final class DeleteGroupsHandler implements ApiHandler<DeleteGroupsRequestData> {
  private final Groups groups;

  DeleteGroupsHandler(Groups groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request, DeleteGroupsRequestData body, Responder out) {
    List<String> allowed = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (String group : new LinkedHashSet<>(body.groupsNames())) {
      (groups.allows(request, AclOperation.DELETE, group) ? allowed : refused).add(group);
    }
    Groups.answer(
        groups.coordinator().deleteGroups(request.context(), allowed, BufferSupplier.NO_CACHING),
        out,
        results -> {
          for (String group : refused) {
            results.add(
                new DeletableGroupResult()
                    .setGroupId(group)
                    .setErrorCode(Errors.GROUP_AUTHORIZATION_FAILED.code()));
          }
          return new DeleteGroupsResponseData().setResults(results);
        });
  }
}
