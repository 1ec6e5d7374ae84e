package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

/// ConsumerGroupHeartbeat (KIP-848): membership in a consumer group, and the assignment, in one.
public final class ConsumerGroupHeartbeatHandler
    implements ApiHandler<ConsumerGroupHeartbeatRequestData> {
  private final Groups groups;

  ConsumerGroupHeartbeatHandler(Groups groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request, ConsumerGroupHeartbeatRequestData body, Responder out) {
    if (!groups.servesConsumerGroups()) {
      throw Errors.UNSUPPORTED_VERSION.exception();
    }
    if (!groups.allows(request, AclOperation.READ, body.groupId())) {
      throw GroupAuthorizationException.forGroupId(body.groupId());
    }
    if (body.subscribedTopicNames() != null) {
      Set<String> topics = new LinkedHashSet<>(body.subscribedTopicNames());
      if (groups
              .authorization()
              .filter(request, AclOperation.DESCRIBE, ResourceType.TOPIC, topics)
              .size()
          < topics.size()) {
        out.respond(
            new ConsumerGroupHeartbeatResponseData()
                .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code()));
        return;
      }
    }
    Groups.answer(
        groups.coordinator().consumerGroupHeartbeat(request.context(), body),
        out,
        response -> response);
  }
}
