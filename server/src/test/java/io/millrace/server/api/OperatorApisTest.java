package io.millrace.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.request.ApiCaller;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/// What the operator of a cluster asks for goes through any broker to the controller, if allowed.
class OperatorApisTest {

  private final TestCluster cluster = new TestCluster().withBroker(1, false);

  /// Its users may look, and change nothing.
  private final TestCluster lookOnly =
      new TestCluster(Map.of(), (_, operation, _, _) -> operation == AclOperation.DESCRIBE)
          .withBroker(1, false);

  private static AlterPartitionReassignmentsRequestData reassignment(Integer... replicas) {
    AlterPartitionReassignmentsRequestData body = new AlterPartitionReassignmentsRequestData();
    body.topics()
        .add(
            new ReassignableTopic()
                .setName("events")
                .setPartitions(
                    List.of(
                        new ReassignablePartition()
                            .setPartitionIndex(2)
                            .setReplicas(replicas.length == 0 ? null : Arrays.asList(replicas)))));
    return body;
  }

  private static AlterPartitionReassignmentsResponseData reassign(
      TestCluster on, Integer... replicas) {
    return ApiCaller.ofBroker()
        .ask(
            on.broker,
            ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
            1,
            reassignment(replicas),
            AlterPartitionReassignmentsResponseData.class);
  }

  @Test
  void passesReassignmentsAndTheirCancellationOn() {
    assertThat(reassign(cluster, 2, 3).errorCode()).isZero();
    assertThat(reassign(cluster).errorCode()).isZero();

    assertThat(cluster.controller.asked)
        .containsExactly(
            "list reassignments",
            "reassign events-2 to [2, 3]",
            "list reassignments",
            "reassign events-2 to null");
  }

  @Test
  void reassigningNeedsAlterOnTheCluster() {
    assertThat(reassign(lookOnly, 2).errorCode())
        .isEqualTo(Errors.CLUSTER_AUTHORIZATION_FAILED.code());
    assertThat(lookOnly.controller.asked).isEmpty();
  }

  @Test
  void whoMayDescribeSeesReassignments() {
    ListPartitionReassignmentsResponseData answer =
        ApiCaller.ofBroker()
            .ask(
                lookOnly.broker,
                ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                0,
                new ListPartitionReassignmentsRequestData(),
                ListPartitionReassignmentsResponseData.class);

    assertThat(answer.errorCode()).isZero();
    assertThat(lookOnly.controller.asked).containsExactly("list reassignments");
  }

  @Test
  void unregisteringNeedsAlterOnTheCluster() {
    UnregisterBrokerRequestData body = new UnregisterBrokerRequestData().setBrokerId(4);

    assertThat(
            ApiCaller.ofBroker()
                .ask(
                    lookOnly.broker,
                    ApiKeys.UNREGISTER_BROKER,
                    0,
                    body,
                    UnregisterBrokerResponseData.class)
                .errorCode())
        .isEqualTo(Errors.CLUSTER_AUTHORIZATION_FAILED.code());
    assertThat(
            ApiCaller.ofBroker()
                .ask(
                    cluster.broker,
                    ApiKeys.UNREGISTER_BROKER,
                    0,
                    body,
                    UnregisterBrokerResponseData.class)
                .errorCode())
        .isZero();
    assertThat(cluster.controller.asked).containsExactly("unregister 4");
  }

  @Test
  void changingTheQuorumNeedsAlterOnTheCluster() {
    short denied = Errors.CLUSTER_AUTHORIZATION_FAILED.code();

    assertThat(
            ApiCaller.ofBroker()
                .ask(
                    lookOnly.broker,
                    ApiKeys.ADD_RAFT_VOTER,
                    1,
                    new AddRaftVoterRequestData(),
                    AddRaftVoterResponseData.class)
                .errorCode())
        .isEqualTo(denied);
    assertThat(
            ApiCaller.ofController()
                .ask(
                    lookOnly.controllers,
                    ApiKeys.REMOVE_RAFT_VOTER,
                    0,
                    new RemoveRaftVoterRequestData(),
                    RemoveRaftVoterResponseData.class)
                .errorCode())
        .isEqualTo(denied);
  }
}
