package io.millrace.server.api.group;

import io.millrace.server.api.TopicCreation;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.PartitionRegistration;
import org.jspecify.annotations.Nullable;

/// FindCoordinator: which broker serves a group, as the leader of the group's partition of the
/// offsets topic. Where there is no such topic yet, it is made, and the client asks again.
///
/// One key a request up to version 3, a list of them from 4 on; share coordinators from 6 on. There
/// is no transaction coordinator and no share coordinator: an error that clients retry would hang
/// them for ever, so they are told that the version is not supported.
public final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequestData> {

  private static final int FIRST_WITH_KEY_LIST = 4;
  private static final int FIRST_WITH_SHARE = 6;

  private final Groups groups;
  private final TopicCreation creation;

  FindCoordinatorHandler(Groups groups, TopicCreation creation) {
    this.groups = groups;
    this.creation = creation;
  }

  @Override
  public void handle(Request request, FindCoordinatorRequestData body, Responder out) {
    CoordinatorType type = type(body.keyType());
    FindCoordinatorResponseData response = new FindCoordinatorResponseData();
    if (request.version() < FIRST_WITH_KEY_LIST) {
      Found found = find(request, type, body.key());
      if (found.error != Errors.NONE) {
        out.fail(found.error.exception());
        return;
      }
      response
          .setErrorCode(found.error.code())
          .setErrorMessage(found.error.message())
          .setNodeId(found.node.id())
          .setHost(found.node.host())
          .setPort(found.node.port());
    } else {
      List<Coordinator> coordinators = new ArrayList<>(body.coordinatorKeys().size());
      for (String key : body.coordinatorKeys()) {
        Found found = find(request, type, key);
        coordinators.add(
            new Coordinator()
                .setKey(key)
                .setErrorCode(found.error.code())
                .setErrorMessage(found.error == Errors.UNSUPPORTED_VERSION ? notServed(type) : "")
                .setNodeId(found.node.id())
                .setHost(found.node.host())
                .setPort(found.node.port()));
      }
      response.setCoordinators(coordinators);
    }
    out.respond(response);
  }

  /// What a client shows for its user, who would else read of an "unexpected error".
  private static String notServed(CoordinatorType type) {
    return type == CoordinatorType.TRANSACTION
        ? "Transactions are not served yet."
        : "Share groups are not served yet.";
  }

  private static CoordinatorType type(byte id) {
    try {
      return CoordinatorType.forId(id);
    } catch (IllegalArgumentException e) {
      throw new InvalidRequestException("Unknown coordinator type " + id, e);
    }
  }

  private Found find(Request request, CoordinatorType type, String key) {
    return switch (type) {
      case GROUP ->
          groups.allows(request, AclOperation.DESCRIBE, key)
              ? findGroup(request, key)
              : Found.not(Errors.GROUP_AUTHORIZATION_FAILED);
      case TRANSACTION ->
          groups
                  .authorization()
                  .allows(request, AclOperation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, key)
              ? Found.not(Errors.UNSUPPORTED_VERSION)
              : Found.not(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
      case SHARE ->
          Found.not(
              request.version() < FIRST_WITH_SHARE
                  ? Errors.INVALID_REQUEST
                  : Errors.UNSUPPORTED_VERSION);
    };
  }

  private Found findGroup(Request request, String group) {
    int partition;
    try {
      partition = groups.coordinator().partitionFor(group);
    } catch (ApiException e) {
      return Found.not(Errors.forException(e));
    }
    TopicImage offsets =
        groups.cluster().image().topics().getTopic(Topic.GROUP_METADATA_TOPIC_NAME);
    if (offsets == null) {
      creation.createInternal(request, Topic.GROUP_METADATA_TOPIC_NAME);
      return Found.not(Errors.COORDINATOR_NOT_AVAILABLE);
    }
    @Nullable PartitionRegistration registration = offsets.partitions().get(partition);
    if (registration == null) {
      return Found.not(Errors.COORDINATOR_NOT_AVAILABLE);
    }
    return groups
        .cluster()
        .cache()
        .getAliveBrokerNode(registration.leader, request.listenerName())
        .map(node -> new Found(Errors.NONE, node))
        .orElse(Found.not(Errors.COORDINATOR_NOT_AVAILABLE));
  }

  private record Found(Errors error, Node node) {
    static Found not(Errors error) {
      return new Found(error, Node.noNode());
    }
  }
}
