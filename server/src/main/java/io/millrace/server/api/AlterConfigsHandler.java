package io.millrace.server.api;

import io.millrace.server.config.ConfigView;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
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
    SettledResources<AlterConfigsResource> resources =
        new SettledResources<>(body.resources(), AlterConfigsHandler::key);
    resources.check(this::check);
    AlterConfigsRequestData rest =
        new AlterConfigsRequestData().setValidateOnly(body.validateOnly());
    resources.unsettled().forEach(resource -> rest.resources().mustAdd(resource.duplicate()));
    if (rest.resources().isEmpty()) {
      out.respond(answer(resources, new AlterConfigsResponseData()));
      return;
    }
    forwarder
        .forward(request, rest)
        .whenComplete((response, failure) -> {
          if (failure != null) {
            out.fail(failure);
          } else {
            out.respond(answer(resources, (AlterConfigsResponseData) response));
          }
        });
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

  private static AlterConfigsResponseData answer(
      SettledResources<AlterConfigsResource> resources, AlterConfigsResponseData decided) {
    Map<ConfigResource, ApiError> results = new LinkedHashMap<>();
    decided
        .responses()
        .forEach(response ->
            results.put(
                new ConfigResource(
                    ConfigResource.Type.forId(response.resourceType()), response.resourceName()),
                new ApiError(Errors.forCode(response.errorCode()), response.errorMessage())));
    AlterConfigsResponseData answer = new AlterConfigsResponseData();
    resources.answer(
        results,
        (resource, result) ->
            answer
                .responses()
                .add(
                    new AlterConfigsResourceResponse()
                        .setResourceType(resource.resourceType())
                        .setResourceName(resource.resourceName())
                        .setErrorCode(result.error().code())
                        .setErrorMessage(result.message())));
    return answer;
  }
}
