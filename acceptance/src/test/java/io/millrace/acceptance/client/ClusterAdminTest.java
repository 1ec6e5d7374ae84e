package io.millrace.acceptance.client;

import static io.millrace.acceptance.harness.Clients.at;
import static io.millrace.acceptance.harness.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.acceptance.harness.Broker;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.errors.InvalidUpdateVersionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The cluster as the admin client sees it.
class ClusterAdminTest {
  @RegisterExtension static final Broker broker = Broker.judged();

  @Test
  void isOneNodeThatIsItsOwnController() {
    DescribeClusterResult cluster = admin().describeCluster();
    assertThat(get(cluster.nodes())).hasSize(1);
    assertThat(get(cluster.nodes()).iterator().next().id()).isEqualTo(1);
    assertThat(get(cluster.nodes()).iterator().next().isFenced()).isFalse();
    assertThat(get(cluster.controller()).id()).isEqualTo(1);
    assertThat(get(cluster.clusterId())).hasSize(22);
    String address =
        get(cluster.nodes()).iterator().next().host()
            + ":"
            + get(cluster.nodes()).iterator().next().port();
    assertThat(broker.bootstrap()).isEqualTo(address);
  }

  @Test
  void hasTheFeatureLevelsOfAFreshCluster() {
    FeatureMetadata features = get(admin().describeFeatures().featureMetadata());
    assertThat(level(features, "metadata.version")).isPositive();
    assertThat(level(features, "group.version")).isEqualTo(1);
    assertThat(level(features, "transaction.version")).isEqualTo(2);
    assertThat(level(features, "kraft.version")).isEqualTo(1);
    assertThat(level(features, "eligible.leader.replicas.version")).isEqualTo(1);
    assertThat((int) at(features.supportedFeatures(), "metadata.version").maxVersion())
        .isGreaterThanOrEqualTo(level(features, "metadata.version"));
  }

  @Test
  void refusesAFeatureLevelThatItDoesNotKnow() {
    FeatureUpdate beyond = new FeatureUpdate((short) 99, FeatureUpdate.UpgradeType.UPGRADE);
    assertThatThrownBy(() ->
            get(
                admin()
                    .updateFeatures(
                        Map.of("group.version", beyond),
                        new UpdateFeaturesOptions().validateOnly(true))
                    .all()))
        .isInstanceOf(InvalidUpdateVersionException.class);
  }

  @Test
  void describesItsQuorumOfOne() {
    QuorumInfo quorum = get(admin().describeMetadataQuorum().quorumInfo());
    assertThat(quorum.leaderId()).isEqualTo(1);
    assertThat(quorum.leaderEpoch()).isPositive();
    assertThat(quorum.highWatermark()).isPositive();
    assertThat(quorum.voters()).hasSize(1);
    assertThat(quorum.voters().getFirst().replicaId()).isEqualTo(1);
    assertThat(quorum.voters().getFirst().logEndOffset())
        .isGreaterThanOrEqualTo(quorum.highWatermark());
    assertThat(quorum.observers()).isEmpty();
    assertThat(quorum.nodes()).containsKey(1);
  }

  private static Admin admin() {
    return broker.clients().admin();
  }

  private static int level(FeatureMetadata features, String name) {
    return at(features.finalizedFeatures(), name).maxVersionLevel();
  }
}
