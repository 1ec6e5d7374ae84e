package io.millrace.server.api.controller;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.ControllerRegistrationRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenResponseData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.ExpireDelegationTokenResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.controller.ResultOrError;
import org.apache.kafka.metadata.BrokerHeartbeatReply;
import org.apache.kafka.metadata.BrokerRegistrationReply;
import org.apache.kafka.metadata.FinalizedControllerFeatures;
import org.apache.kafka.server.authorizer.AclCreateResult;
import org.apache.kafka.server.authorizer.AclDeleteResult;

/// A controller that expects to be asked nothing: tests override what they expect.
public abstract class SilentController implements Controller {

  private static AssertionError unexpected() {
    return new AssertionError("the controller was not to be asked for this");
  }

  @Override
  public CompletableFuture<AlterPartitionResponseData> alterPartition(
      ControllerRequestContext context, AlterPartitionRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<AlterUserScramCredentialsResponseData> alterUserScramCredentials(
      ControllerRequestContext context, AlterUserScramCredentialsRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<CreateDelegationTokenResponseData> createDelegationToken(
      ControllerRequestContext context, CreateDelegationTokenRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<RenewDelegationTokenResponseData> renewDelegationToken(
      ControllerRequestContext context, RenewDelegationTokenRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<ExpireDelegationTokenResponseData> expireDelegationToken(
      ControllerRequestContext context, ExpireDelegationTokenRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<CreateTopicsResponseData> createTopics(
      ControllerRequestContext context,
      CreateTopicsRequestData request,
      Set<String> describable,
      boolean forwarded) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Void> unregisterBroker(ControllerRequestContext context, int brokerId) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Map<String, ResultOrError<Uuid>>> findTopicIds(
      ControllerRequestContext context, Collection<String> topicNames) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Map<String, Uuid>> findAllTopicIds(ControllerRequestContext context) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Map<Uuid, ResultOrError<String>>> findTopicNames(
      ControllerRequestContext context, Collection<Uuid> topicIds) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Map<Uuid, ApiError>> deleteTopics(
      ControllerRequestContext context, Collection<Uuid> topicIds) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Map<ConfigResource, ResultOrError<Map<String, String>>>> describeConfigs(
      ControllerRequestContext context, Map<ConfigResource, Collection<String>> resources) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<ElectLeadersResponseData> electLeaders(
      ControllerRequestContext context, ElectLeadersRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<FinalizedControllerFeatures> finalizedFeatures(
      ControllerRequestContext context) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Map<ConfigResource, ApiError>> incrementalAlterConfigs(
      ControllerRequestContext context,
      Map<ConfigResource, Map<String, Map.Entry<AlterConfigOp.OpType, String>>> configChanges,
      boolean validateOnly,
      boolean forwarded) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<AlterPartitionReassignmentsResponseData> alterPartitionReassignments(
      ControllerRequestContext context, AlterPartitionReassignmentsRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<ListPartitionReassignmentsResponseData> listPartitionReassignments(
      ControllerRequestContext context, ListPartitionReassignmentsRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Map<ConfigResource, ApiError>> legacyAlterConfigs(
      ControllerRequestContext context,
      Map<ConfigResource, Map<String, String>> newConfigs,
      boolean validateOnly,
      boolean forwarded) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<BrokerHeartbeatReply> processBrokerHeartbeat(
      ControllerRequestContext context, BrokerHeartbeatRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<BrokerRegistrationReply> registerBroker(
      ControllerRequestContext context, BrokerRegistrationRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Void> waitForReadyBrokers(int minBrokers) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Map<ClientQuotaEntity, ApiError>> alterClientQuotas(
      ControllerRequestContext context,
      Collection<ClientQuotaAlteration> quotaAlterations,
      boolean validateOnly) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<AllocateProducerIdsResponseData> allocateProducerIds(
      ControllerRequestContext context, AllocateProducerIdsRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<UpdateFeaturesResponseData> updateFeatures(
      ControllerRequestContext context, UpdateFeaturesRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<List<CreatePartitionsTopicResult>> createPartitions(
      ControllerRequestContext context, List<CreatePartitionsTopic> topics, boolean validateOnly) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<Void> registerController(
      ControllerRequestContext context, ControllerRegistrationRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<AssignReplicasToDirsResponseData> assignReplicasToDirs(
      ControllerRequestContext context, AssignReplicasToDirsRequestData request) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<List<AclCreateResult>> createAcls(
      ControllerRequestContext context, List<AclBinding> aclBindings) {
    throw unexpected();
  }

  @Override
  public CompletableFuture<List<AclDeleteResult>> deleteAcls(
      ControllerRequestContext context, List<AclBindingFilter> aclBindingFilters) {
    throw unexpected();
  }

  @Override
  public void beginShutdown() {}

  @Override
  public int curClaimEpoch() {
    return 1;
  }

  @Override
  public void close() {}
}
