package io.millrace.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.node.NodeProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterStateTest {
  @TempDir Path directory = Path.of("");

  @Test
  void readsBackWhatItSaved() {
    ClusterState cluster = ClusterPlan.fresh(directory, Ports.from(9092, 3));
    cluster.save();

    assertThat(ClusterState.load(directory)).isEqualTo(cluster);
    assertThat(cluster.bootstrap()).isEqualTo("127.0.0.1:9092,127.0.0.1:9093,127.0.0.1:9094");
  }

  @Test
  void anUpdateKeepsWhatAnotherCommandWrote() {
    ClusterState old = ClusterPlan.fresh(directory, Ports.from(9092, 2));
    old.save();
    var first = new OsProcess(11, "a");
    var second = new OsProcess(12, "b");

    ClusterState.update(directory, now -> now.withNode(now.node(1).withProcess(first)));
    ClusterState.update(directory, now -> now.withNode(now.node(2).withProcess(second)));

    assertThat(ClusterState.load(directory).nodes())
        .extracting(ClusterNode::process)
        .containsExactly(first, second);
  }

  @Test
  void aDirectoryWithoutClusterIsNamed() {
    assertThatThrownBy(() -> ClusterState.load(directory))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining(directory.toString());
  }

  @Test
  void aDamagedFileIsAFailureAndNotATrace() throws IOException {
    Files.writeString(directory.resolve("cluster.json"), "{\"nodes\":[{\"id\":1");

    assertThatThrownBy(() -> ClusterState.load(directory)).isInstanceOf(CommandFailure.class);
  }

  @Test
  void onlyAnEmptyDirectoryIsTaken() throws IOException {
    ClusterPlan.requireEmpty(directory.resolve("new"));
    Files.writeString(directory.resolve("letter"), "mine");

    assertThatThrownBy(() -> ClusterPlan.requireEmpty(directory))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("neither empty nor");
  }

  @Test
  void theIdOfTheNodeReplacesItsPlaceInValues() {
    ClusterState cluster = ClusterPlan.fresh(directory, Ports.from(9092, 2));
    List<String> set = List.of("broker.rack=rack-{id}", "log.dirs=/disks/{id}/a,/disks/{id}/b");

    Map<String, String> properties = ClusterPlan.properties(cluster, cluster.node(2), set);

    assertThat(properties)
        .containsEntry("broker.rack", "rack-2")
        .containsEntry("log.dirs", "/disks/2/a,/disks/2/b")
        .containsEntry("node.id", "2");
  }

  @Test
  void aSingleNodeNamesNoOtherVoter() {
    ClusterState cluster = ClusterPlan.fresh(directory, Ports.from(9092, 1));
    ClusterNode node = cluster.node(1);

    assertThat(ClusterPlan.properties(cluster, node, List.of()))
        .doesNotContainKeys("controller.quorum.bootstrap.servers", "min.insync.replicas");
    assertThat(node.formatOptions()).isEmpty();
  }

  @Test
  void threeNodesShareOneFirstQuorumAndKeepDataWhenOneIsLost() {
    ClusterState cluster = ClusterPlan.fresh(directory, Ports.from(9092, 3));
    ClusterNode node = cluster.node(3);

    assertThat(cluster.nodes())
        .extracting(ClusterNode::formatOptions)
        .containsOnly(node.formatOptions());
    assertThat(node.formatOptions()).contains("--cluster-id", "--initial-controllers");
    assertThat(ClusterPlan.properties(cluster, node, List.of()))
        .containsEntry("default.replication.factor", "3")
        .containsEntry("min.insync.replicas", "2")
        .containsEntry(
            "controller.quorum.bootstrap.servers", "127.0.0.1:9192,127.0.0.1:9193,127.0.0.1:9194");
  }

  @Test
  void writtenPropertiesAreReadBackAsTheyAre() {
    Path file = directory.resolve("node.properties");
    Map<String, String> properties = Map.of("log.dirs", "C:\\data", "a.b", "x=y #z");

    ClusterPlan.write(file, properties);

    assertThat(NodeProperties.read(file)).isEqualTo(properties);
  }
}
