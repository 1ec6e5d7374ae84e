package io.millrace.server.api;

import io.millrace.server.config.ConfigView;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/// AlterConfigs, the old form that replaces all settings of a resource: checked here, decided by
/// the controller.
public final class AlterConfigsHandler implements ApiHandler<AlterConfigsRequestData> {

  private final ConfigChanges changes;
  private final Forwarder forwarder;

  public AlterConfigsHandler(ConfigView configs, Forwarder forwarder) {
    this.changes = new ConfigChanges(configs);
    this.forwarder = forwarder;
  }

  @Override
  public void handle(Request request, AlterConfigsRequestData body, Responder out) {
    Map<AlterConfigsResource, ApiError> refused = check(body);
    AlterConfigsRequestData rest =
        new AlterConfigsRequestData().setValidateOnly(body.validateOnly());
    for (AlterConfigsResource resource : body.resources()) {
      if (!refused.containsKey(resource)) {
        rest.resources().mustAdd(resource.duplicate());
      }
    }
    if (rest.resources().isEmpty()) {
      out.respond(merge(body, refused, new AlterConfigsResponseData()));
      return;
    }
    forwarder
        .forward(request, rest)
        .whenComplete((response, failure) -> {
          if (failure != null) {
            out.fail(failure);
          } else {
            out.respond(merge(body, refused, (AlterConfigsResponseData) response));
          }
        });
  }

  private Map<AlterConfigsResource, ApiError> check(AlterConfigsRequestData body) {
    Map<AlterConfigsResource, ApiError> refused = new IdentityHashMap<>();
    Map<ConfigResource, AlterConfigsResource> seen = new LinkedHashMap<>();
    for (AlterConfigsResource resource : body.resources()) {
      AlterConfigsResource before = seen.put(key(resource), resource);
      if (before != null) {
        ApiError twice =
            new ApiError(Errors.INVALID_REQUEST, "Each resource must appear at most once.");
        refused.put(before, twice);
        refused.put(resource, twice);
      }
    }
    for (AlterConfigsResource resource : body.resources()) {
      if (!refused.containsKey(resource)) {
        try {
          check(resource);
        } catch (RuntimeException e) {
          refused.put(resource, ApiError.fromThrowable(e));
        }
      }
    }
    return refused;
  }

  private void check(AlterConfigsResource resource) {
    List<String> names = resource.configs().stream().map(AlterableConfig::name).toList();
    ConfigChanges.requireDistinct(names);
    ConfigChanges.requireNoNulls(
        resource.configs().stream()
            .filter(config -> config.value() == null)
            .map(AlterableConfig::name)
            .toList());
    switch (ConfigResource.Type.forId(resource.resourceType())) {
      case BROKER -> {
        Map<String, String> proposed = new LinkedHashMap<>();
        resource.configs().forEach(config -> proposed.put(config.name(), config.value()));
        changes.checkBroker(key(resource), proposed);
      }
      case TOPIC, CLIENT_METRICS, GROUP -> {
        // The controller checks these.
      }
      case BROKER_LOGGER, UNKNOWN ->
          throw new InvalidRequestException("Unknown resource type " + resource.resourceType());
    }
  }

  private static ConfigResource key(AlterConfigsResource resource) {
    return new ConfigResource(
        ConfigResource.Type.forId(resource.resourceType()), resource.resourceName());
  }

  private static AlterConfigsResponseData merge(
      AlterConfigsRequestData body,
      Map<AlterConfigsResource, ApiError> refused,
      AlterConfigsResponseData decided) {
    Map<String, AlterConfigsResourceResponse> byResource = new LinkedHashMap<>();
    decided
        .responses()
        .forEach(response ->
            byResource.put(response.resourceType() + response.resourceName(), response));
    AlterConfigsResponseData merged = new AlterConfigsResponseData();
    for (AlterConfigsResource resource : body.resources()) {
      AlterConfigsResourceResponse response =
          byResource.get(resource.resourceType() + resource.resourceName());
      ApiError error = refused.get(resource);
      if (error == null) {
        error =
            response == null
                ? new ApiError(Errors.UNKNOWN_SERVER_ERROR)
                : new ApiError(Errors.forCode(response.errorCode()), response.errorMessage());
      }
      merged
          .responses()
          .add(
              new AlterConfigsResourceResponse()
                  .setResourceType(resource.resourceType())
                  .setResourceName(resource.resourceName())
                  .setErrorCode(error.error().code())
                  .setErrorMessage(error.message()));
    }
    return merged;
  }
}
