package io.millrace.server.api.controller;

import io.millrace.server.api.Authorization;
import io.millrace.server.request.Request;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicDeletionDisabledException;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResultCollection;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.controller.ResultOrError;
import org.jspecify.annotations.Nullable;

/// DeleteTopics, by name or by id.
///
/// Results are sorted by name and id, so that their places tell nothing of topics that the caller
/// may not see (Kafka shuffles them for that).
final class DeleteTopicsCall implements ControllerCall<DeleteTopicsRequestData> {

  private static final int FIRST_WITH_DISABLED_ERROR = 3;

  private final Controller controller;
  private final ControllerContexts contexts;
  private final Authorization authorization;
  private final boolean enabled;

  /// @param enabled `delete.topic.enable`
  DeleteTopicsCall(
      Controller controller,
      ControllerContexts contexts,
      Authorization authorization,
      boolean enabled) {
    this.controller = controller;
    this.contexts = contexts;
    this.authorization = authorization;
    this.enabled = enabled;
  }

  @Override
  public CompletionStage<? extends ApiMessage> apply(
      Request request, DeleteTopicsRequestData body, boolean forwarded) {
    if (!enabled) {
      throw request.version() < FIRST_WITH_DISABLED_ERROR
          ? new InvalidRequestException("This version does not support topic deletion.")
          : new TopicDeletionDisabledException();
    }
    return new Deletion(request, contexts.of(request, body.timeoutMs())).run(body);
  }

  /// One request's way through the controller: ids to names, names to ids, then the deletion.
  private final class Deletion {

    private final Request request;
    private final ControllerRequestContext context;
    private final List<DeletableTopicResult> results = new ArrayList<>();
    private final Set<Uuid> twiceGivenIds = new LinkedHashSet<>();
    private final Map<Uuid, String> toDelete = new LinkedHashMap<>();

    Deletion(Request request, ControllerRequestContext context) {
      this.request = request;
      this.context = context;
    }

    CompletionStage<DeleteTopicsResponseData> run(DeleteTopicsRequestData body) {
      Set<String> names = new LinkedHashSet<>();
      Set<String> twiceGivenNames = new LinkedHashSet<>();
      Set<Uuid> ids = new LinkedHashSet<>();
      body.topicNames().forEach(name -> addOnce(name, names, twiceGivenNames));
      for (DeleteTopicState topic : body.topics()) {
        boolean byId = !topic.topicId().equals(Uuid.ZERO_UUID);
        if (topic.name() != null && byId) {
          answer(
              topic.name(),
              topic.topicId(),
              new ApiError(
                  Errors.INVALID_REQUEST, "You may not specify both topic name and topic id."));
        } else if (topic.name() != null) {
          addOnce(topic.name(), names, twiceGivenNames);
        } else if (byId) {
          addOnce(topic.topicId(), ids, twiceGivenIds);
        } else {
          answer(
              null,
              Uuid.ZERO_UUID,
              new ApiError(Errors.INVALID_REQUEST, "Neither topic name nor id were specified."));
        }
      }
      twiceGivenNames.forEach(name ->
          answer(
              name, Uuid.ZERO_UUID, new ApiError(Errors.INVALID_REQUEST, "Duplicate topic name.")));
      twiceGivenIds.forEach(
          id -> answer(null, id, new ApiError(Errors.INVALID_REQUEST, "Duplicate topic id.")));
      return controller
          .findTopicNames(context, ids)
          .thenCompose(namesById -> {
            acceptIds(namesById);
            return controller.findTopicIds(context, names);
          })
          .thenCompose(idsByName -> {
            acceptNames(idsByName);
            return controller.deleteTopics(context, toDelete.keySet());
          })
          .thenApply(errors -> {
            errors.forEach((id, error) -> answer(toDelete.get(id), id, error));
            return response();
          });
    }

    private <T> void addOnce(T value, Set<T> once, Set<T> twice) {
      if (twice.contains(value) || !once.add(value)) {
        twice.add(value);
        once.remove(value);
      }
    }

    private void acceptIds(Map<Uuid, ResultOrError<String>> namesById) {
      namesById.forEach((id, name) -> {
        if (name.isError()) {
          answer(null, id, name.error());
        } else if (mayDelete(name.result())) {
          toDelete.put(id, name.result());
        } else {
          answer(
              mayDescribe(name.result()) ? name.result() : null,
              id,
              new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED));
        }
      });
    }

    private void acceptNames(Map<String, ResultOrError<Uuid>> idsByName) {
      idsByName.forEach((name, id) -> {
        if (!mayDescribe(name)) {
          answer(name, Uuid.ZERO_UUID, new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED));
        } else if (id.isError()) {
          answer(name, Uuid.ZERO_UUID, id.error());
        } else if (!mayDelete(name)) {
          answer(name, Uuid.ZERO_UUID, new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED));
        } else if (twiceGivenIds.contains(id.result()) || toDelete.put(id.result(), name) != null) {
          twiceGivenIds.add(id.result());
          toDelete.remove(id.result());
          answer(
              name,
              id.result(),
              new ApiError(
                  Errors.INVALID_REQUEST,
                  "The provided topic name maps to an ID that was already supplied."));
        }
      });
    }

    private boolean mayDelete(String name) {
      return authorization.allowsOnCluster(request, AclOperation.DELETE)
          || authorization.allows(request, AclOperation.DELETE, ResourceType.TOPIC, name);
    }

    private boolean mayDescribe(String name) {
      return authorization.allowsOnCluster(request, AclOperation.DELETE)
          || authorization.allows(request, AclOperation.DESCRIBE, ResourceType.TOPIC, name);
    }

    private void answer(@Nullable String name, Uuid id, ApiError error) {
      results.add(
          new DeletableTopicResult()
              .setName(name)
              .setTopicId(id)
              .setErrorCode(error.error().code())
              .setErrorMessage(error.message()));
    }

    private DeleteTopicsResponseData response() {
      results.sort(
          Comparator.comparing(
                  DeletableTopicResult::name, Comparator.nullsLast(Comparator.naturalOrder()))
              .thenComparing(DeletableTopicResult::topicId));
      return new DeleteTopicsResponseData()
          .setResponses(new DeletableTopicResultCollection(results.iterator()));
    }
  }
}
