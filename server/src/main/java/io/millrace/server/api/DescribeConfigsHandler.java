package io.millrace.server.api;

import io.millrace.server.config.ConfigView;
import io.millrace.server.config.EffectiveConfig;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.ErrorResponses;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// DescribeConfigs: topics, this broker, the cluster's default, groups, client-metrics
/// subscriptions and this node's loggers. Settings come in the order of their names.
public final class DescribeConfigsHandler implements ApiHandler<DescribeConfigsRequestData> {

  private static final Logger LOG = LoggerFactory.getLogger(DescribeConfigsHandler.class);

  private final ClusterView cluster;
  private final Authorization authorization;
  private final ConfigView configs;
  private final Loggers loggers;

  public DescribeConfigsHandler(
      ClusterView cluster, Authorization authorization, ConfigView configs, Loggers loggers) {
    this.cluster = cluster;
    this.authorization = authorization;
    this.configs = configs;
    this.loggers = loggers;
  }

  @Override
  public void handle(Request request, DescribeConfigsRequestData body, Responder out) {
    EffectiveConfig effective = configs.current();
    ConfigEntries entries =
        new ConfigEntries(effective, body.includeSynonyms(), body.includeDocumentation());
    List<DescribeConfigsResult> results = new ArrayList<>();
    List<DescribeConfigsResult> hidden = new ArrayList<>();
    for (DescribeConfigsResource resource : body.resources()) {
      ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
      Errors refusal = refusal(request, type, resource.resourceName());
      if (refusal != Errors.NONE) {
        hidden.add(failed(resource, new ApiError(refusal)));
        continue;
      }
      try {
        results.add(describe(entries, effective, type, resource));
      } catch (ApiException e) {
        results.add(failed(resource, ApiError.fromThrowable(e)));
      } catch (RuntimeException e) {
        LOG.error("Cannot describe {}", resource, e);
        results.add(failed(resource, ApiError.fromThrowable(ErrorResponses.unwrap(e))));
      }
    }
    results.addAll(hidden);
    out.respond(new DescribeConfigsResponseData().setResults(results));
  }

  private Errors refusal(Request request, ConfigResource.Type type, String name) {
    return switch (type) {
      case BROKER, BROKER_LOGGER, CLIENT_METRICS ->
          authorization.allowsOnCluster(request, AclOperation.DESCRIBE_CONFIGS)
              ? Errors.NONE
              : Errors.CLUSTER_AUTHORIZATION_FAILED;
      case TOPIC ->
          authorization.allows(request, AclOperation.DESCRIBE_CONFIGS, ResourceType.TOPIC, name)
              ? Errors.NONE
              : Errors.TOPIC_AUTHORIZATION_FAILED;
      case GROUP ->
          authorization.allows(request, AclOperation.DESCRIBE_CONFIGS, ResourceType.GROUP, name)
              ? Errors.NONE
              : Errors.GROUP_AUTHORIZATION_FAILED;
      case UNKNOWN ->
          throw new InvalidRequestException(
              "Unexpected resource type " + type + " for resource " + name);
    };
  }

  private DescribeConfigsResult describe(
      ConfigEntries entries,
      EffectiveConfig effective,
      ConfigResource.Type type,
      DescribeConfigsResource resource) {
    String name = resource.resourceName() == null ? "" : resource.resourceName();
    Properties stored = configs.stored(new ConfigResource(type, name));
    return switch (type) {
      case TOPIC -> {
        Topic.validate(name);
        if (!cluster.cache().contains(name)) {
          yield failed(resource, new ApiError(Errors.UNKNOWN_TOPIC_OR_PARTITION, ""));
        }
        LogConfig config = LogConfig.fromProps(effective.values().topicDefaults(), stored);
        yield result(
            resource, values(config), (key, value) -> entries.topic(config, stored, key, value));
      }
      case GROUP -> {
        requireName(name, "Group name must not be empty");
        GroupConfig config =
            GroupConfig.fromProps(effective.values().extractGroupConfigMap(), stored);
        yield result(
            resource, values(config), (key, value) -> entries.group(config, stored, key, value));
      }
      case CLIENT_METRICS -> {
        requireName(name, "Client metrics subscription name must not be empty");
        ClientMetricsConfigs config =
            ClientMetricsConfigs.fromProps(ClientMetricsConfigs.defaultConfigsMap(), stored);
        yield result(
            resource,
            values(config),
            (key, value) -> entries.clientMetrics(config, stored, key, value));
      }
      case BROKER -> {
        if (name.isEmpty()) {
          yield result(
              resource,
              new TreeMap<>(effective.clusterProperties()),
              (key, value) -> entries.broker(key, value, true));
        }
        requireThisNode(name, ", expected " + configs.node().nodeId() + " or empty string, but");
        yield result(
            resource,
            values(effective.values()),
            (key, value) -> entries.broker(key, value, false));
      }
      case BROKER_LOGGER -> {
        requireName(name, "Broker id must not be empty");
        requireThisNode(name, ", expected " + configs.node().nodeId() + " but");
        yield result(
            resource,
            new TreeMap<>(loggers.levels()),
            (key, value) -> entries.logger(key, String.valueOf(value)));
      }
      case UNKNOWN -> throw new InvalidRequestException("Unsupported resource type: " + type);
    };
  }

  /// What a configuration sets and defaults, without what is internal to Kafka unless it was set.
  private static Map<String, @Nullable Object> values(AbstractConfig config) {
    Map<String, @Nullable Object> values = new TreeMap<>();
    config
        .originals()
        .forEach((key, value) -> {
          if (value != null) {
            values.put(key, value);
          }
        });
    values.putAll(config.nonInternalValues());
    return values;
  }

  private static DescribeConfigsResult result(
      DescribeConfigsResource resource,
      Map<String, ? extends @Nullable Object> values,
      BiFunction<String, @Nullable Object, DescribeConfigsResourceResult> describe) {
    @Nullable List<String> wanted = resource.configurationKeys();
    List<DescribeConfigsResourceResult> described = new ArrayList<>();
    values.forEach((key, value) -> {
      if (wanted == null || wanted.isEmpty() || wanted.contains(key)) {
        described.add(describe.apply(key, value));
      }
    });
    return named(resource).setErrorCode(Errors.NONE.code()).setConfigs(described);
  }

  private static DescribeConfigsResult failed(DescribeConfigsResource resource, ApiError error) {
    return named(resource)
        .setErrorCode(error.error().code())
        .setErrorMessage(error.message())
        .setConfigs(List.of());
  }

  private static DescribeConfigsResult named(DescribeConfigsResource resource) {
    return new DescribeConfigsResult()
        .setResourceName(resource.resourceName())
        .setResourceType(resource.resourceType());
  }

  private static void requireName(String name, String message) {
    if (name.isEmpty()) {
      throw new InvalidRequestException(message);
    }
  }

  private void requireThisNode(String name, String expectation) {
    int id;
    try {
      id = Integer.parseInt(name);
    } catch (NumberFormatException e) {
      throw new InvalidRequestException("Broker id must be an integer, but it is: " + name);
    }
    if (id != configs.node().nodeId()) {
      throw new InvalidRequestException("Unexpected broker id" + expectation + " received " + name);
    }
  }
}
