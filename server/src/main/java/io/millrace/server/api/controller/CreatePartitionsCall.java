package io.millrace.server.api.controller;

import io.millrace.metadata.controller.Reassignments;
import io.millrace.server.api.Authorization;
import io.millrace.server.request.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

/// CreatePartitions: every topic that was asked for gets a result, also where there is nothing to
/// do for it.
final class CreatePartitionsCall implements ControllerCall<CreatePartitionsRequestData> {

  private final Reassignments reassignments;
  private final ControllerContexts contexts;
  private final Authorization authorization;

  CreatePartitionsCall(
      Reassignments reassignments, ControllerContexts contexts, Authorization authorization) {
    this.reassignments = reassignments;
    this.contexts = contexts;
    this.authorization = authorization;
  }

  @Override
  public CompletionStage<? extends ApiMessage> apply(
      Request request, CreatePartitionsRequestData body, boolean forwarded) {
    Set<String> once = new LinkedHashSet<>();
    Set<String> twice = new LinkedHashSet<>();
    for (CreatePartitionsTopic topic : body.topics()) {
      if (!once.add(topic.name())) {
        twice.add(topic.name());
      }
    }
    once.removeAll(twice);
    Set<String> allowed =
        authorization.filter(request, AclOperation.ALTER, ResourceType.TOPIC, once);
    List<CreatePartitionsTopicResult> refused = new ArrayList<>();
    twice.forEach(
        name -> refused.add(refusal(name, Errors.INVALID_REQUEST, "Duplicate topic name.")));
    once.stream()
        .filter(name -> !allowed.contains(name))
        .forEach(name -> refused.add(refusal(name, Errors.TOPIC_AUTHORIZATION_FAILED, null)));
    List<CreatePartitionsTopic> wanted =
        body.topics().stream().filter(topic -> allowed.contains(topic.name())).toList();
    return reassignments
        .grow(contexts.of(request, body.timeoutMs()), wanted, body.validateOnly())
        .thenApply(results -> {
          List<CreatePartitionsTopicResult> all = new ArrayList<>(refused);
          all.addAll(results);
          return new CreatePartitionsResponseData().setResults(all);
        });
  }

  private static CreatePartitionsTopicResult refusal(
      String name, Errors error, @Nullable String message) {
    return new CreatePartitionsTopicResult()
        .setName(name)
        .setErrorCode(error.code())
        .setErrorMessage(message);
  }
}
