package io.millrace.server.api.controller;

import io.millrace.server.api.Authorization;
import io.millrace.server.api.BrokerLoggers;
import io.millrace.server.request.Request;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.controller.Controller;
import org.jspecify.annotations.Nullable;

/// AlterConfigs and IncrementalAlterConfigs at the controller: each resource once, and only for
/// those who may. The controller's own validator has the last word on the values.
final class AlterConfigsCalls {

  private final Controller controller;
  private final ControllerContexts contexts;
  private final Authorization authorization;
  private final BrokerLoggers loggers;

  AlterConfigsCalls(
      Controller controller,
      ControllerContexts contexts,
      Authorization authorization,
      BrokerLoggers loggers) {
    this.controller = controller;
    this.contexts = contexts;
    this.authorization = authorization;
    this.loggers = loggers;
  }

  /// What a request's resources come to: some refused at once, the rest for the controller.
  private final class Changes<C> {

    private final Map<ConfigResource, C> accepted = new LinkedHashMap<>();
    private final Map<ConfigResource, ApiError> refused = new LinkedHashMap<>();
    private final Set<ConfigResource> seen = new HashSet<>();

    void add(ConfigResource resource, C change) {
      if (!seen.add(resource)) {
        accepted.remove(resource);
        refused.put(resource, new ApiError(Errors.INVALID_REQUEST, "Duplicate resource."));
      } else {
        accepted.put(resource, change);
      }
    }

    void refuse(ConfigResource resource, ApiError error) {
      seen.add(resource);
      accepted.remove(resource);
      refused.put(resource, error);
    }

    void removeUnauthorized(Request request) {
      accepted
          .keySet()
          .removeIf(resource -> {
            ApiError error = authorize(request, resource);
            if (error.isFailure()) {
              refused.put(resource, error);
            }
            return error.isFailure();
          });
    }
  }

  CompletionStage<? extends ApiMessage> alter(
      Request request, AlterConfigsRequestData body, boolean forwarded) {
    AlterConfigsResponseData response = new AlterConfigsResponseData();
    Changes<Map<String, String>> changes = new Changes<>();
    body.resources()
        .forEach(resource -> {
          ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
          if (type == ConfigResource.Type.UNKNOWN) {
            response
                .responses()
                .add(
                    answer(
                        resource.resourceType(),
                        resource.resourceName(),
                        unknownType(resource.resourceType())));
            return;
          }
          Map<String, String> values = new LinkedHashMap<>();
          resource.configs().forEach(config -> values.put(config.name(), config.value()));
          changes.add(new ConfigResource(type, resource.resourceName()), values);
        });
    changes.removeUnauthorized(request);
    return controller
        .legacyAlterConfigs(contexts.of(request), changes.accepted, body.validateOnly(), forwarded)
        .thenApply(results -> {
          changes.refused.forEach((r, e) -> response.responses().add(answer(r, e)));
          results.forEach((r, e) -> response.responses().add(answer(r, e)));
          return response;
        });
  }

  CompletionStage<? extends ApiMessage> alterIncrementally(
      Request request, IncrementalAlterConfigsRequestData body, boolean forwarded) {
    IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
    List<IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse> ofLoggers =
        new ArrayList<>();
    Changes<Map<String, Map.Entry<AlterConfigOp.OpType, String>>> changes = new Changes<>();
    body.resources()
        .forEach(resource -> {
          ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
          switch (type) {
            case BROKER_LOGGER -> {
              ApiError error =
                  loggers.apply(
                      authorization.allowsOnCluster(request, AclOperation.CLUSTER_ACTION),
                      body.validateOnly(),
                      resource);
              ofLoggers.add(incremental(resource.resourceType(), resource.resourceName(), error));
            }
            case UNKNOWN ->
                response
                    .responses()
                    .add(
                        incremental(
                            resource.resourceType(),
                            resource.resourceName(),
                            unknownType(resource.resourceType())));
            case TOPIC, BROKER, CLIENT_METRICS, GROUP -> {
              ConfigResource key = new ConfigResource(type, resource.resourceName());
              if (resource.configs().stream().anyMatch(AlterConfigsCalls::isUnknown)) {
                // The controller would give up its leadership over it.
                changes.refuse(key, new ApiError(Errors.INVALID_REQUEST, "Unknown operation."));
              } else {
                changes.add(key, operations(resource));
              }
            }
          }
        });
    changes.removeUnauthorized(request);
    return controller
        .incrementalAlterConfigs(
            contexts.of(request), changes.accepted, body.validateOnly(), forwarded)
        .thenApply(results -> {
          changes.refused.forEach(
              (r, e) -> response.responses().add(incremental(r.type().id(), r.name(), e)));
          results.forEach(
              (r, e) -> response.responses().add(incremental(r.type().id(), r.name(), e)));
          response.responses().addAll(ofLoggers);
          return response;
        });
  }

  private static Map<String, Map.Entry<AlterConfigOp.OpType, String>> operations(
      IncrementalAlterConfigsRequestData.AlterConfigsResource resource) {
    Map<String, Map.Entry<AlterConfigOp.OpType, String>> operations = new LinkedHashMap<>();
    resource
        .configs()
        .forEach(config ->
            operations.put(
                config.name(),
                new SimpleEntry<>(
                    AlterConfigOp.OpType.forId(config.configOperation()), config.value())));
    return operations;
  }

  private static boolean isUnknown(IncrementalAlterConfigsRequestData.AlterableConfig config) {
    return AlterConfigOp.OpType.forId(config.configOperation()) == null;
  }

  private ApiError authorize(Request request, ConfigResource resource) {
    return switch (resource.type()) {
      case BROKER, CLIENT_METRICS ->
          authorization.allowsOnCluster(request, AclOperation.ALTER_CONFIGS)
              ? ApiError.NONE
              : new ApiError(Errors.CLUSTER_AUTHORIZATION_FAILED);
      case TOPIC ->
          authorization.allows(
                  request, AclOperation.ALTER_CONFIGS, ResourceType.TOPIC, resource.name())
              ? ApiError.NONE
              : new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED);
      case GROUP ->
          authorization.allows(
                  request, AclOperation.ALTER_CONFIGS, ResourceType.GROUP, resource.name())
              ? ApiError.NONE
              : new ApiError(Errors.GROUP_AUTHORIZATION_FAILED);
      case BROKER_LOGGER, UNKNOWN ->
          new ApiError(Errors.INVALID_REQUEST, "Unexpected resource type " + resource.type() + ".");
    };
  }

  private static ApiError unknownType(byte type) {
    return new ApiError(Errors.UNSUPPORTED_VERSION, "Unknown resource type " + type + ".");
  }

  private static AlterConfigsResponseData.AlterConfigsResourceResponse answer(
      ConfigResource resource, ApiError error) {
    return answer(resource.type().id(), resource.name(), error);
  }

  private static AlterConfigsResponseData.AlterConfigsResourceResponse answer(
      byte type, String name, ApiError error) {
    return new AlterConfigsResponseData.AlterConfigsResourceResponse()
        .setResourceType(type)
        .setResourceName(name)
        .setErrorCode(error.error().code())
        .setErrorMessage(messageOf(error));
  }

  private static IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse incremental(
      byte type, String name, ApiError error) {
    return new IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse()
        .setResourceType(type)
        .setResourceName(name)
        .setErrorCode(error.error().code())
        .setErrorMessage(messageOf(error));
  }

  private static @Nullable String messageOf(ApiError error) {
    return error.isFailure() ? error.messageWithFallback() : null;
  }
}
