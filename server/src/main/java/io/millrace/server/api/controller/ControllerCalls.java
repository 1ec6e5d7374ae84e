package io.millrace.server.api.controller;

import io.millrace.metadata.controller.LocalController;
import io.millrace.metadata.controller.Reassignments;
import io.millrace.runtime.Clock;
import io.millrace.server.api.Authorization;
import io.millrace.server.api.BrokerLoggers;
import io.millrace.server.config.NodeConfig;
import io.millrace.server.request.ErrorResponses;
import io.millrace.server.request.Request;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.message.ControllerRegistrationRequestData;
import org.apache.kafka.common.message.ControllerRegistrationResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.metadata.BrokerRegistrationReply;
import org.apache.kafka.server.config.ServerConfigs;

/// All that a controller does for others, by API. Immutable; any thread.
public final class ControllerCalls {

  private final Controller controller;
  private final Registrations registrations;
  private final Reassignments reassignments;
  private final ControllerContexts contexts;
  private final Authorization authorization;
  private final NodeConfig config;
  private final QuorumRequests raft;
  private final Map<ApiKeys, ControllerCall<ApiMessage>> calls = new EnumMap<>(ApiKeys.class);

  /// Registers a broker; the host of the controller knows more of it than the controller.
  @FunctionalInterface
  public interface Registrations {
    CompletionStage<BrokerRegistrationReply> register(
        ControllerRequestContext context, BrokerRegistrationRequestData request);
  }

  /// @param clock the controller's own
  public ControllerCalls(
      Controller controller,
      Registrations registrations,
      Reassignments reassignments,
      QuorumRequests raft,
      Clock clock,
      Authorization authorization,
      BrokerLoggers loggers,
      NodeConfig config) {
    this.controller = controller;
    this.registrations = registrations;
    this.reassignments = reassignments;
    this.raft = raft;
    this.contexts = new ControllerContexts(clock);
    this.authorization = authorization;
    this.config = config;
    topics();
    configs(loggers);
    brokers();
    quorum();
  }

  private void topics() {
    boolean deletion = config.values().getBoolean(ServerConfigs.DELETE_TOPIC_ENABLE_CONFIG);
    put(ApiKeys.CREATE_TOPICS, new CreateTopicsCall(controller, contexts, authorization));
    put(ApiKeys.DELETE_TOPICS, new DeleteTopicsCall(controller, contexts, authorization, deletion));
    put(
        ApiKeys.CREATE_PARTITIONS,
        new CreatePartitionsCall(reassignments, contexts, authorization));
    this.<ElectLeadersRequestData>put(
        ApiKeys.ELECT_LEADERS,
        (request, body, _) -> {
          authorization.requireOnCluster(request, AclOperation.ALTER);
          return controller.electLeaders(contexts.of(request, body.timeoutMs()), body);
        });
    this.<AlterPartitionReassignmentsRequestData>put(
        ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
        (request, body, _) -> {
          authorization.requireOnCluster(request, AclOperation.ALTER);
          return reassignments.alter(contexts.of(request, body.timeoutMs()), body);
        });
    this.<ListPartitionReassignmentsRequestData>put(
        ApiKeys.LIST_PARTITION_REASSIGNMENTS,
        (request, body, _) -> {
          authorization.requireOnCluster(request, AclOperation.DESCRIBE);
          return controller.listPartitionReassignments(contexts.of(request), body);
        });
  }

  private void configs(BrokerLoggers loggers) {
    AlterConfigsCalls alter = new AlterConfigsCalls(controller, contexts, authorization, loggers);
    this.<AlterConfigsRequestData>put(ApiKeys.ALTER_CONFIGS, alter::alter);
    this.<IncrementalAlterConfigsRequestData>put(
        ApiKeys.INCREMENTAL_ALTER_CONFIGS, alter::alterIncrementally);
    this.<UpdateFeaturesRequestData>put(
        ApiKeys.UPDATE_FEATURES,
        (request, body, _) -> {
          authorization.requireOnCluster(request, AclOperation.ALTER);
          return controller.updateFeatures(contexts.of(request), body);
        });
  }

  private void brokers() {
    this.<BrokerRegistrationRequestData>put(ApiKeys.BROKER_REGISTRATION, this::register);
    this.<BrokerHeartbeatRequestData>put(ApiKeys.BROKER_HEARTBEAT, this::heartbeat);
    this.<UnregisterBrokerRequestData>put(
        ApiKeys.UNREGISTER_BROKER,
        (request, body, _) -> {
          authorization.requireOnCluster(request, AclOperation.ALTER);
          return controller
              .unregisterBroker(contexts.of(request), body.brokerId())
              .thenApply(_ -> new UnregisterBrokerResponseData());
        });
    this.<AlterPartitionRequestData>put(
        ApiKeys.ALTER_PARTITION,
        (request, body, _) -> {
          authorization.requireOnCluster(request, AclOperation.CLUSTER_ACTION);
          return controller.alterPartition(contexts.of(request), body);
        });
    this.<AllocateProducerIdsRequestData>put(
        ApiKeys.ALLOCATE_PRODUCER_IDS,
        (request, body, _) -> {
          authorization.requireOnCluster(request, AclOperation.CLUSTER_ACTION);
          return controller.allocateProducerIds(contexts.of(request), body);
        });
    this.<AssignReplicasToDirsRequestData>put(
        ApiKeys.ASSIGN_REPLICAS_TO_DIRS,
        (request, body, _) -> {
          authorization.requireOnCluster(request, AclOperation.CLUSTER_ACTION);
          return controller.assignReplicasToDirs(contexts.of(request), body);
        });
    this.<ControllerRegistrationRequestData>put(
        ApiKeys.CONTROLLER_REGISTRATION,
        (request, body, _) -> {
          authorization.requireOnCluster(request, AclOperation.CLUSTER_ACTION);
          return controller
              .registerController(contexts.of(request), body)
              .thenApply(_ -> new ControllerRegistrationResponseData());
        });
  }

  private CompletionStage<? extends ApiMessage> register(
      Request request, BrokerRegistrationRequestData body, boolean forwarded) {
    authorization.requireOnCluster(request, AclOperation.CLUSTER_ACTION);
    return registrations
        .register(contexts.of(request), body)
        .handle((reply, failure) ->
            failure == null
                ? new BrokerRegistrationResponseData().setBrokerEpoch(reply.epoch())
                : new BrokerRegistrationResponseData().setErrorCode(codeOf(failure)));
  }

  private CompletionStage<? extends ApiMessage> heartbeat(
      Request request, BrokerHeartbeatRequestData body, boolean forwarded) {
    authorization.requireOnCluster(request, AclOperation.CLUSTER_ACTION);
    int timeoutMs =
        LocalController.heartbeatDeadlineMs(config.values().brokerHeartbeatIntervalMs());
    return controller
        .processBrokerHeartbeat(contexts.of(request, timeoutMs), body)
        .handle((reply, failure) ->
            failure == null
                ? new BrokerHeartbeatResponseData()
                    .setIsCaughtUp(reply.isCaughtUp())
                    .setIsFenced(reply.isFenced())
                    .setShouldShutDown(reply.shouldShutDown())
                : new BrokerHeartbeatResponseData().setErrorCode(codeOf(failure)));
  }

  private static short codeOf(Throwable failure) {
    return Errors.forException(ErrorResponses.unwrap(failure)).code();
  }

  private void quorum() {
    put(ApiKeys.DESCRIBE_QUORUM, askRaft(AclOperation.DESCRIBE));
    for (ApiKeys api :
        List.of(
            ApiKeys.FETCH,
            ApiKeys.FETCH_SNAPSHOT,
            ApiKeys.VOTE,
            ApiKeys.BEGIN_QUORUM_EPOCH,
            ApiKeys.END_QUORUM_EPOCH,
            ApiKeys.UPDATE_RAFT_VOTER)) {
      put(api, askRaft(AclOperation.CLUSTER_ACTION));
    }
    put(ApiKeys.ADD_RAFT_VOTER, askRaft(AclOperation.ALTER));
    put(ApiKeys.REMOVE_RAFT_VOTER, askRaft(AclOperation.ALTER));
  }

  private ControllerCall<ApiMessage> askRaft(AclOperation operation) {
    return (request, body, forwarded) -> {
      authorization.requireOnCluster(request, operation);
      // The quorum knows nothing of the brokers' listeners.
      ListenerName listener =
          forwarded ? config.listeners().controllerNames().getFirst() : request.listenerName();
      CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
      raft.handle(listener, request.header().data(), body, answer::complete);
      return answer;
    };
  }

  @SuppressWarnings("unchecked")
  private <Q extends ApiMessage> void put(ApiKeys api, ControllerCall<Q> call) {
    calls.put(api, (ControllerCall<ApiMessage>) call);
  }

  /// The APIs that can be asked for.
  public Set<ApiKeys> apis() {
    return Collections.unmodifiableSet(calls.keySet());
  }

  /// Does `body` for `request`; fails the stage instead of throwing: with [OutcomeUnknownException]
  /// where a forwarded change may have been made although this controller has ceased to be active.
  CompletionStage<? extends ApiMessage> apply(Request request, ApiMessage body, boolean forwarded) {
    ControllerCall<ApiMessage> call = calls.get(request.api());
    if (call == null) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException("no controller call for " + request.api()));
    }
    try {
      return forwarded && Repetition.leavesTraces(request.api())
          ? applyOnce(call, request, body)
          : call.apply(request, body, forwarded);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /// Kafka's controller says NOT_CONTROLLER of a call that came when it was not active, and of one
  /// whose records it had written when it ceased to be: the next one may have them. So who is not
  /// active is not asked.
  private CompletionStage<ApiMessage> applyOnce(
      ControllerCall<ApiMessage> call, Request request, ApiMessage body) {
    if (!controller.isActive()) {
      return CompletableFuture.failedFuture(new NotControllerException("Not active."));
    }
    CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
    call.apply(request, body, true)
        .whenComplete((response, failure) -> {
          if (failure == null) {
            answer.complete(response);
            return;
          }
          Throwable cause = ErrorResponses.unwrap(failure);
          answer.completeExceptionally(
              cause instanceof NotControllerException
                  ? new OutcomeUnknownException("Ceased to be active: " + cause)
                  : cause);
        });
    return answer;
  }
}
