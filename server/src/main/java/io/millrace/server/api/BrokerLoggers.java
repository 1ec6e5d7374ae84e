package io.millrace.server.api;

import java.util.TreeSet;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.LogLevelConfig;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.jspecify.annotations.Nullable;

/// Changes of this node's log levels by IncrementalAlterConfigs (KIP-412), with the checks of
/// Kafka's `RuntimeLoggerManager`. They are not stored: a restart forgets them.
public final class BrokerLoggers {

  private final int nodeId;
  private final Loggers loggers;

  public BrokerLoggers(int nodeId, Loggers loggers) {
    this.nodeId = nodeId;
    this.loggers = loggers;
  }

  Loggers loggers() {
    return loggers;
  }

  /// Checks all changes of one resource and, unless only that is asked for, makes them.
  public ApiError apply(boolean authorized, boolean validateOnly, AlterConfigsResource resource) {
    try {
      if (!authorized) {
        throw new ClusterAuthorizationException(Errors.CLUSTER_AUTHORIZATION_FAILED.message());
      }
      requireThisNode(resource.resourceName());
      resource.configs().forEach(this::check);
      if (!validateOnly) {
        resource.configs().forEach(this::change);
      }
      return ApiError.NONE;
    } catch (ApiException e) {
      return ApiError.fromThrowable(e);
    }
  }

  private void requireThisNode(String name) {
    int id;
    try {
      id = Integer.parseInt(name);
    } catch (NumberFormatException e) {
      throw new InvalidRequestException("Node id must be an integer, but it is: " + name);
    }
    if (id != nodeId) {
      throw new InvalidRequestException(
          "Unexpected node id. Expected " + nodeId + ", but received " + id);
    }
  }

  private void check(AlterableConfig change) {
    @Nullable OpType operation = OpType.forId(change.configOperation());
    if (operation == null) {
      throw new InvalidRequestException(
          "Unknown operation type "
              + change.configOperation()
              + " is not allowed for the BROKER_LOGGER resource");
    }
    switch (operation) {
      case SET -> {
        requireExists(change.name());
        if (!LogLevelConfig.VALID_LOG_LEVELS.contains(change.value())) {
          throw new InvalidConfigurationException(
              "Cannot set the log level of "
                  + change.name()
                  + " to "
                  + change.value()
                  + " as it is not a supported log level. Valid log levels are "
                  + String.join(", ", new TreeSet<>(LogLevelConfig.VALID_LOG_LEVELS)));
        }
      }
      case DELETE -> {
        requireExists(change.name());
        if (change.name().equals(Loggers.ROOT)) {
          throw new InvalidRequestException(
              "Removing the log level of the " + Loggers.ROOT + " logger is not allowed");
        }
      }
      case APPEND, SUBTRACT ->
          throw new InvalidRequestException(
              operation + " operation is not allowed for the BROKER_LOGGER resource");
    }
  }

  private void requireExists(String logger) {
    if (!loggers.levels().containsKey(logger)) {
      throw new InvalidConfigurationException("Logger " + logger + " does not exist!");
    }
  }

  private void change(AlterableConfig change) {
    boolean set = change.configOperation() == OpType.SET.id();
    loggers.setLevel(change.name(), set ? change.value() : null);
  }
}
