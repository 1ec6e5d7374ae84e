package io.millrace.server.api;

import io.millrace.server.config.ConfigView;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/// IncrementalAlterConfigs: checked here, decided by the controller; log levels are changed right
/// here.
public final class IncrementalAlterConfigsHandler
    implements ApiHandler<IncrementalAlterConfigsRequestData> {

  private final ConfigChanges changes;
  private final Forwarder forwarder;
  private final Authorization authorization;
  private final BrokerLoggers loggers;

  public IncrementalAlterConfigsHandler(
      ConfigView configs, Forwarder forwarder, Authorization authorization, BrokerLoggers loggers) {
    this.changes = new ConfigChanges(configs);
    this.forwarder = forwarder;
    this.authorization = authorization;
    this.loggers = loggers;
  }

  @Override
  public void handle(Request request, IncrementalAlterConfigsRequestData body, Responder out) {
    SettledResources<AlterConfigsResource> resources =
        new SettledResources<>(body.resources(), IncrementalAlterConfigsHandler::key);
    resources.check(resource -> {
      check(resource);
      if (resource.resourceType() == ConfigResource.Type.BROKER_LOGGER.id()) {
        resources.settle(
            resource,
            loggers.apply(
                authorization.allowsOnCluster(request, AclOperation.ALTER_CONFIGS),
                body.validateOnly(),
                resource));
      }
    });
    IncrementalAlterConfigsRequestData rest =
        new IncrementalAlterConfigsRequestData().setValidateOnly(body.validateOnly());
    resources.unsettled().forEach(resource -> rest.resources().mustAdd(resource.duplicate()));
    if (rest.resources().isEmpty()) {
      out.respond(answer(resources, new IncrementalAlterConfigsResponseData()));
      return;
    }
    forwarder
        .forward(request, rest)
        .whenComplete((response, failure) -> {
          if (failure != null) {
            out.fail(failure);
          } else {
            out.respond(answer(resources, (IncrementalAlterConfigsResponseData) response));
          }
        });
  }

  private void check(AlterConfigsResource resource) {
    List<String> names = resource.configs().stream().map(AlterableConfig::name).toList();
    ConfigChanges.requireDistinct(names);
    resource.configs().forEach(config -> ConfigChanges.operation(config.configOperation()));
    ConfigChanges.requireNoNulls(
        resource.configs().stream()
            .filter(
                config -> config.configOperation() != OpType.DELETE.id() && config.value() == null)
            .map(AlterableConfig::name)
            .toList());
    switch (ConfigResource.Type.forId(resource.resourceType())) {
      case BROKER -> {
        if (!resource.resourceName().isEmpty()) {
          changes.requireThisNode(resource.resourceName());
        }
        changes.checkBroker(key(resource), changes.applied(key(resource), resource.configs()));
      }
      case BROKER_LOGGER, TOPIC, CLIENT_METRICS, GROUP -> {
        // Checked where they are applied.
      }
      case UNKNOWN ->
          throw new InvalidRequestException("Unknown resource type " + resource.resourceType());
    }
  }

  private static ConfigResource key(AlterConfigsResource resource) {
    return new ConfigResource(
        ConfigResource.Type.forId(resource.resourceType()), resource.resourceName());
  }

  private static IncrementalAlterConfigsResponseData answer(
      SettledResources<AlterConfigsResource> resources,
      IncrementalAlterConfigsResponseData decided) {
    Map<ConfigResource, ApiError> results = new LinkedHashMap<>();
    decided
        .responses()
        .forEach(response ->
            results.put(
                new ConfigResource(
                    ConfigResource.Type.forId(response.resourceType()), response.resourceName()),
                new ApiError(Errors.forCode(response.errorCode()), response.errorMessage())));
    IncrementalAlterConfigsResponseData answer = new IncrementalAlterConfigsResponseData();
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
