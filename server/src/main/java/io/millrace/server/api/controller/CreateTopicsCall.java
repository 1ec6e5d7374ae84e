package io.millrace.server.api.controller;

import io.millrace.server.api.Authorization;
import io.millrace.server.request.Request;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.controller.Controller;

/// CreateTopics: drops names that come twice, that may not be created, and the metadata log's own.
final class CreateTopicsCall implements ControllerCall<CreateTopicsRequestData> {

  private final Controller controller;
  private final ControllerContexts contexts;
  private final Authorization authorization;

  CreateTopicsCall(
      Controller controller, ControllerContexts contexts, Authorization authorization) {
    this.controller = controller;
    this.contexts = contexts;
    this.authorization = authorization;
  }

  @Override
  public CompletionStage<? extends ApiMessage> apply(
      Request request, CreateTopicsRequestData body, boolean forwarded) {
    Set<String> once = new LinkedHashSet<>();
    Set<String> twice = new LinkedHashSet<>();
    for (CreatableTopic topic : body.topics()) {
      if (!once.add(topic.name())) {
        twice.add(topic.name());
      }
    }
    once.removeAll(twice);
    boolean metadataLog = once.remove(Topic.CLUSTER_METADATA_TOPIC_NAME);
    Set<String> allowed =
        authorization.allowsOnCluster(request, AclOperation.CREATE)
            ? once
            : authorization.filter(request, AclOperation.CREATE, ResourceType.TOPIC, once);
    Set<String> describable =
        authorization.filter(request, AclOperation.DESCRIBE_CONFIGS, ResourceType.TOPIC, once);

    CreateTopicsRequestData effective = body.duplicate();
    effective.topics().removeIf(topic -> !allowed.contains(topic.name()));
    return controller
        .createTopics(contexts.of(request, body.timeoutMs()), effective, describable, forwarded)
        .thenApply(response -> {
          twice.forEach(
              name -> refuse(response, name, Errors.INVALID_REQUEST, "Duplicate topic name."));
          if (metadataLog) {
            refuse(
                response,
                Topic.CLUSTER_METADATA_TOPIC_NAME,
                Errors.INVALID_REQUEST,
                "Creation of internal topic "
                    + Topic.CLUSTER_METADATA_TOPIC_NAME
                    + " is prohibited.");
          }
          once.stream()
              .filter(name -> !allowed.contains(name))
              .forEach(name ->
                  refuse(
                      response, name, Errors.TOPIC_AUTHORIZATION_FAILED, "Authorization failed."));
          return response;
        });
  }

  private static void refuse(
      CreateTopicsResponseData response, String name, Errors error, String message) {
    response
        .topics()
        .mustAdd(
            new CreatableTopicResult()
                .setName(name)
                .setErrorCode(error.code())
                .setErrorMessage(message));
  }
}
