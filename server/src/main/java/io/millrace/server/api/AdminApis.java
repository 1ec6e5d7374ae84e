package io.millrace.server.api;

import io.millrace.server.api.controller.ControllerCalls;
import io.millrace.server.api.controller.ControllerHandler;
import io.millrace.server.api.controller.EnvelopeHandler;
import io.millrace.server.config.ConfigView;
import io.millrace.server.request.ApiTable;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.server.config.ServerConfigs;

/// Fills the tables of both listeners with the APIs of this package.
///
/// What is missing waits for its feature and is not advertised until then: ACLs, SCRAM, quotas and
/// delegation tokens.
public final class AdminApis {

  /// What a broker passes on to the controller as it came.
  private static final List<ApiKeys> FORWARDED =
      List.of(
          ApiKeys.CREATE_TOPICS,
          ApiKeys.DELETE_TOPICS,
          ApiKeys.CREATE_PARTITIONS,
          ApiKeys.ELECT_LEADERS,
          ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
          ApiKeys.LIST_PARTITION_REASSIGNMENTS,
          ApiKeys.UPDATE_FEATURES,
          ApiKeys.UNREGISTER_BROKER,
          ApiKeys.DESCRIBE_QUORUM,
          ApiKeys.ADD_RAFT_VOTER,
          ApiKeys.REMOVE_RAFT_VOTER);

  private final ClusterView cluster;
  private final Authorization authorization;
  private final ConfigView configs;
  private final BrokerLoggers loggers;

  public AdminApis(
      ClusterView cluster, Authorization authorization, ConfigView configs, BrokerLoggers loggers) {
    this.cluster = cluster;
    this.authorization = authorization;
    this.configs = configs;
    this.loggers = loggers;
  }

  /// Adds what clients may ask a broker for.
  ///
  /// @param table the finished table, asked when the first request comes
  public void addToBroker(
      ApiTable.Builder apis,
      Supplier<ApiTable> table,
      Forwarder forwarder,
      TopicCreation creation) {
    ForwardingHandler forwarding = new ForwardingHandler(forwarder);
    FORWARDED.forEach(api -> apis.serve(api, forwarding));
    int maxPartitions =
        configs.node().values().getInt(ServerConfigs.MAX_REQUEST_PARTITION_SIZE_LIMIT_CONFIG);
    apis.serve(ApiKeys.API_VERSIONS, apiVersions(ListenerType.BROKER, table))
        .serve(ApiKeys.METADATA, new MetadataHandler(cluster, authorization, configs, creation))
        .serve(
            ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
            new DescribeTopicPartitionsHandler(cluster, authorization, maxPartitions))
        .serve(ApiKeys.DESCRIBE_CLUSTER, new DescribeClusterHandler(cluster, authorization))
        .serve(ApiKeys.DESCRIBE_CONFIGS, describeConfigs())
        .serve(ApiKeys.ALTER_CONFIGS, new AlterConfigsHandler(configs, forwarder))
        .serve(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS,
            new IncrementalAlterConfigsHandler(configs, forwarder, authorization, loggers))
        .serve(
            ApiKeys.LIST_CONFIG_RESOURCES, new ListConfigResourcesHandler(cluster, authorization))
        .serve(ApiKeys.SASL_HANDSHAKE, SaslHandlers.HANDSHAKE)
        .serve(ApiKeys.SASL_AUTHENTICATE, SaslHandlers.AUTHENTICATE);
  }

  /// Adds what brokers, other controllers and administrators may ask a controller for.
  ///
  /// @param committedOffset the last offset of the metadata log that is known to be committed
  public void addToController(
      ApiTable.Builder apis,
      Supplier<ApiTable> table,
      ControllerCalls calls,
      LongSupplier committedOffset) {
    ControllerHandler handler = new ControllerHandler(calls);
    calls.apis().forEach(api -> apis.serve(api, handler));
    apis.serve(ApiKeys.API_VERSIONS, apiVersions(ListenerType.CONTROLLER, table))
        .serve(ApiKeys.ENVELOPE, new EnvelopeHandler(calls, authorization, committedOffset))
        .serve(ApiKeys.DESCRIBE_CLUSTER, new DescribeClusterHandler(cluster, authorization))
        .serve(ApiKeys.DESCRIBE_CONFIGS, describeConfigs())
        .serve(ApiKeys.SASL_HANDSHAKE, SaslHandlers.HANDSHAKE)
        .serve(ApiKeys.SASL_AUTHENTICATE, SaslHandlers.AUTHENTICATE);
  }

  private ApiVersionsHandler apiVersions(ListenerType listener, Supplier<ApiTable> table) {
    boolean unstable =
        configs.node().values().getBoolean(ServerConfigs.UNSTABLE_FEATURE_VERSIONS_ENABLE_CONFIG);
    return new ApiVersionsHandler(listener, table, cluster::features, unstable);
  }

  private DescribeConfigsHandler describeConfigs() {
    return new DescribeConfigsHandler(cluster, authorization, configs, loggers.loggers());
  }
}
