package io.millrace.acceptance.tools;

import static io.millrace.acceptance.harness.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.KafkaTool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The tools that look at the cluster.
class ClusterToolsTest {
  @RegisterExtension static final Broker broker = Broker.judged();

  @Test
  void featuresDescribesTheLevels() {
    assertThat(KafkaTool.FEATURES.against(broker, "describe"))
        .containsPattern("Feature: metadata.version\\s.*FinalizedVersionLevel: \\d\\.\\d-IV\\d")
        .containsPattern("Feature: group.version\\s.*FinalizedVersionLevel: 1")
        .containsPattern("Feature: transaction.version\\s.*FinalizedVersionLevel: 2")
        .containsPattern("Feature: kraft.version\\s.*FinalizedVersionLevel: 1");
  }

  @Test
  void featuresDowngradesAndUpgrades() {
    assertThat(
            KafkaTool.FEATURES.against(broker, "downgrade", "--feature", "transaction.version=1"))
        .contains("transaction.version was downgraded to 1.");
    assertThat(KafkaTool.FEATURES.against(broker, "upgrade", "--feature", "transaction.version=2"))
        .contains("transaction.version was upgraded to 2.");
  }

  @Test
  void brokerApiVersionsListsTheApis() {
    String listed = KafkaTool.BROKER_API_VERSIONS.against(broker);
    assertThat(listed)
        .contains("(id: 1 rack: null")
        .containsPattern("Produce\\(0\\): \\d+ to 13")
        .containsPattern("Fetch\\(1\\): \\d+ to 1[78]")
        .containsPattern("Metadata\\(3\\): 0 to 13")
        .containsPattern("ApiVersions\\(18\\): 0 to 4")
        .containsPattern("ConsumerGroupHeartbeat\\(68\\): 0 to 1");
  }

  @Test
  void metadataQuorumDescribesTheQuorumOfOne() {
    assertThat(KafkaTool.METADATA_QUORUM.against(broker, "describe", "--status"))
        .containsPattern("ClusterId:\\s+\\S{22}")
        .containsPattern("LeaderId:\\s+1")
        .containsPattern("MaxFollowerLag:\\s+0")
        .containsPattern("CurrentVoters:\\s+\\[\\{\"id\": 1");
    assertThat(KafkaTool.METADATA_QUORUM.against(broker, "describe", "--replication"))
        .containsPattern("(?m)^1\\s+\\S{22}\\s+\\d+\\s+0\\s+.*Leader");
  }

  @Test
  void clusterTellsItsId() {
    String id = get(broker.clients().admin().describeCluster().clusterId());
    assertThat(
            KafkaTool.CLUSTER
                .run("cluster-id", "--bootstrap-server", broker.bootstrap())
                .expectSuccess()
                .out())
        .contains("Cluster ID: " + id);
    assertThat(
            KafkaTool.CLUSTER
                .run("list-endpoints", "--bootstrap-server", broker.bootstrap())
                .expectSuccess()
                .out())
        .containsPattern("(?m)^1\\s+127.0.0.1\\s+\\d+");
  }
}
