package io.millrace.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.fuzz.FuzzClient.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Voters that lie, on the controller listener: votes, leaders and fetches of epochs and replicas
/// that nobody has heard of. Raft believes its peers, so a node may lose its leadership by that,
/// again and again; it never fails, every request is answered or its connection closed, and once
/// the liars are silent it leads again, and its controller works.
class QuorumFuzzTest {

  private static final int INPUTS = 400;
  private static final int NODE_ID = 1;
  private static final int WAIT_MS = 50;
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private static final List<ApiKeys> APIS =
      List.of(
          ApiKeys.VOTE,
          ApiKeys.BEGIN_QUORUM_EPOCH,
          ApiKeys.END_QUORUM_EPOCH,
          ApiKeys.FETCH,
          ApiKeys.FETCH_SNAPSHOT);

  @TempDir Path dir;

  @Test
  void aVoterOutlivesEveryLie() throws Exception {
    FuzzPlan plan = new FuzzPlan(INPUTS);
    try (FuzzedNode node = new FuzzedNode(dir, NODE_ID)) {
      List<String> words =
          List.of(clusterId(node), clusterId(node), "__cluster_metadata", "CONTROLLER", "n", "");
      RequestShapes shapes =
          new RequestShapes(plan.random(), words, List.of(Uuid.METADATA_TOPIC_ID));
      Mutation mutation = new Mutation(plan.random());
      Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
      FuzzClient client = new FuzzClient(node.controllerPort());
      while (plan.next()) {
        ApiKeys api = APIS.get(plan.random().nextInt(APIS.size()));
        int oldest = api.oldestVersion();
        int versions = api.latestVersion(false) - oldest + 1;
        short version = (short) (oldest + plan.random().nextInt(versions));
        byte[] input = shapes.request(api, version, plan.random().nextInt());
        if (plan.random().nextInt(3) == 0) {
          input = mutation.of(input);
        }
        Outcome outcome = client.send(input, WAIT_MS);
        outcomes.merge(outcome, 1, Integer::sum);
        assertThat(node.faults).as(plan.describe(input)).isEmpty();
        assertThat(node.handlerFaults()).as(plan.describe(input)).isZero();
        if (outcome != Outcome.ANSWERED) {
          client.close();
          client = new FuzzClient(node.controllerPort());
        }
      }
      client.close();
      System.out.println("voter among liars: " + outcomes);
      assertThat(outcomes.keySet()).contains(Outcome.ANSWERED, Outcome.CLOSED);
      awaitController(node);
      assertThat(node.faults).isEmpty();
    }
  }

  private static String clusterId(FuzzedNode node) throws IOException {
    try (FuzzClient client = new FuzzClient(node.port())) {
      var answer =
          (DescribeClusterResponseData)
              client.ask(ApiKeys.DESCRIBE_CLUSTER, new DescribeClusterRequestData());
      return answer.clusterId();
    }
  }

  /// A topic can be created, in the end.
  private static void awaitController(FuzzedNode node) throws IOException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    Errors error = create(node);
    while (error != Errors.NONE && error != Errors.TOPIC_ALREADY_EXISTS) {
      assertThat(System.nanoTime()).as("still %s", error).isLessThan(end);
      error = create(node);
    }
  }

  private static Errors create(FuzzedNode node) throws IOException {
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(1_000);
    request
        .topics()
        .add(
            new CreatableTopic()
                .setName("after")
                .setNumPartitions(1)
                .setReplicationFactor((short) 1));
    try (FuzzClient client = new FuzzClient(node.port())) {
      var answer = (CreateTopicsResponseData) client.ask(ApiKeys.CREATE_TOPICS, request);
      return Errors.forCode(answer.topics().find("after").errorCode());
    }
  }
}
