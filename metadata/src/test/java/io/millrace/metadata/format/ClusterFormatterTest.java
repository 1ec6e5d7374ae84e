package io.millrace.metadata.format;

import static io.millrace.metadata.format.FormatRequests.CLUSTER;
import static io.millrace.metadata.format.FormatRequests.OTHER_CLUSTER;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.raft.MetadataLog;
import io.millrace.runtime.virtual.Crash;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.server.common.EligibleLeaderReplicasVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.common.TransactionVersion;
import org.junit.jupiter.api.Test;

class ClusterFormatterTest {

  private static final Path A = Path.of("/data/a");
  private static final Path B = Path.of("/data/b");
  private static final String CHECKPOINT = "00000000000000000000-0000000000.checkpoint";

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final VirtualNode node = world.node("n1");

  @Test
  void inventsAClusterWhereNothingNamesAnother() throws IOException {
    FormatOutcome.Ready ready = ready(FormatRequests.in(A, B));

    assertThat(ready.formatted()).isTrue();
    assertThat(ready.identity().nodeId()).isEqualTo(1);
    assertThat(Uuid.fromString(ready.identity().clusterId())).isNotEqualTo(Uuid.ZERO_UUID);
    assertThat(ready.identity().directoryIds()).containsOnlyKeys(A, B);
    assertThat(ready.identity().directoryIds().values()).doesNotHaveDuplicates();
    assertThat(node.disk().list(A))
        .contains("meta.properties", "bootstrap.checkpoint", MetadataLog.FOLDER);
    assertThat(node.disk().list(A.resolve(MetadataLog.FOLDER))).containsExactly(CHECKPOINT);
    assertThat(node.disk().list(B)).containsExactly("bootstrap.checkpoint", "meta.properties");
  }

  @Test
  void findsWhatItFormattedAgain() {
    FormatOutcome.Ready first = ready(FormatRequests.in(A, B));
    FormatOutcome.Ready second = ready(FormatRequests.in(A, B));

    assertThat(second.formatted()).isFalse();
    assertThat(second.identity()).isEqualTo(first.identity());
  }

  @Test
  void takesTheNodeIdFromTheDirectoryWhenNoneIsSet() {
    ready(FormatRequests.in(A).node(7));

    assertThat(ready(FormatRequests.in(A).node(null)).identity().nodeId()).isEqualTo(7);
  }

  @Test
  void asksForANodeIdWhereNobodyKnowsOne() {
    assertThat(refused(FormatRequests.in(A).node(null)))
        .singleElement()
        .asString()
        .contains("node.id");
  }

  @Test
  void formatsAStaticQuorumOfOneWithoutAVoterSet() throws IOException {
    ready(FormatRequests.in(A).voter(1));

    assertThat(node.disk().list(A)).containsExactly("bootstrap.checkpoint", "meta.properties");
  }

  @Test
  void startsWithTheDefaultLevelsOfTheRelease() throws IOException {
    ready(FormatRequests.in(A));

    var bootstrap = BootstrapFile.read(node.disk(), A);
    assertThat(bootstrap.metadataVersion()).isEqualTo(MetadataVersion.latestProduction());
    assertThat(bootstrap.featureLevel(TransactionVersion.FEATURE_NAME)).isEqualTo((short) 2);
    assertThat(bootstrap.featureLevel(EligibleLeaderReplicasVersion.FEATURE_NAME))
        .isEqualTo((short) 1);
  }

  @Test
  void obeysReleaseVersionAndFeatures() throws IOException {
    ready(FormatRequests.in(A).release("4.0-IV3").feature(TransactionVersion.FEATURE_NAME, 1));

    var bootstrap = BootstrapFile.read(node.disk(), A);
    assertThat(bootstrap.metadataVersion()).isEqualTo(MetadataVersion.IBP_4_0_IV3);
    assertThat(bootstrap.featureLevel(TransactionVersion.FEATURE_NAME)).isEqualTo((short) 1);
    assertThat(bootstrap.featureLevel(EligibleLeaderReplicasVersion.FEATURE_NAME))
        .isEqualTo((short) 0);
  }

  @Test
  void refusesFeaturesThatThereAreNot() {
    assertThat(refused(FormatRequests.in(A).feature("warp.drive", 1)))
        .singleElement()
        .asString()
        .contains("warp.drive", "transaction.version");
    assertThat(refused(FormatRequests.in(A).feature(TransactionVersion.FEATURE_NAME, 99)))
        .singleElement()
        .asString()
        .contains("transaction.version=99");
    assertThat(refused(FormatRequests.in(A).feature("kraft.version", 0)))
        .singleElement()
        .asString()
        .contains("controller.quorum.voters");
    assertThat(refused(FormatRequests.in(A).release("12.0")))
        .singleElement()
        .asString()
        .contains("--release-version");
    assertThat(node.disk().exists(A)).isFalse();
  }

  @Test
  void refusesAnEmptyDirectoryWhereAnotherVoterIsNamed() {
    assertThat(refused(FormatRequests.in(A).voter(1).voter(2)))
        .singleElement()
        .asString()
        .contains(A.toString(), "--cluster-id");
    assertThat(refused(FormatRequests.in(A).bootstrapServer()))
        .singleElement()
        .asString()
        .contains(A.toString(), "--cluster-id", "--no-initial-controllers");
    assertThat(refused(FormatRequests.in(A).brokerOnly()))
        .singleElement()
        .asString()
        .contains("--cluster-id");
    assertThat(node.disk().exists(A)).isFalse();
  }

  @Test
  void joinsAQuorumThatIsNamed() throws IOException {
    FormatOutcome.Ready ready =
        ready(
            FormatRequests.in(A)
                .bootstrapServer()
                .cluster(CLUSTER)
                .initial(new InitialControllers.None()));

    assertThat(ready.identity().clusterId()).isEqualTo(CLUSTER);
    assertThat(node.disk().list(A)).containsExactly("bootstrap.checkpoint", "meta.properties");
  }

  @Test
  void wantsToKnowWhetherTheQuorumExists() {
    assertThat(refused(FormatRequests.in(A).bootstrapServer().cluster(CLUSTER)))
        .singleElement()
        .asString()
        .contains("--no-initial-controllers", "--initial-controllers");
  }

  @Test
  void takesItsDirectoryIdFromTheListOfInitialControllers() throws IOException {
    Uuid one = new Uuid(11, 12);
    Uuid two = new Uuid(21, 22);
    FormatOutcome.Ready ready =
        ready(
            FormatRequests.in(A)
                .bootstrapServer()
                .cluster(CLUSTER)
                .initial(
                    new InitialControllers.Listed("1@host1:9093:" + one + ",2@host2:9093:" + two)));

    assertThat(ready.identity().metadataDirectoryId()).isEqualTo(one);
    assertThat(node.disk().list(A.resolve(MetadataLog.FOLDER))).containsExactly(CHECKPOINT);
  }

  @Test
  void refusesAListOfControllersThatCannotBeRead() {
    assertThat(
            refused(
                FormatRequests.in(A)
                    .cluster(CLUSTER)
                    .initial(new InitialControllers.Listed("1@host1"))))
        .singleElement()
        .asString()
        .contains("--initial-controllers", "id@host:port:directory-id");
  }

  @Test
  void refusesAClusterIdThatIsNone() {
    assertThat(refused(FormatRequests.in(A).cluster("my cluster")))
        .singleElement()
        .asString()
        .contains("my cluster", "base64");
  }

  @Test
  void refusesADirectoryOfAnotherClusterOrNode() {
    ready(FormatRequests.in(A).cluster(CLUSTER));

    assertThat(refused(FormatRequests.in(A).cluster(OTHER_CLUSTER)))
        .singleElement()
        .asString()
        .contains(A.toString(), CLUSTER, OTHER_CLUSTER);
    assertThat(refused(FormatRequests.in(A).node(2)))
        .singleElement()
        .asString()
        .contains(A.toString(), "node 1", "node.id is 2");
  }

  @Test
  void refusesDirectoriesOfDifferentClustersAndNodes() {
    ready(FormatRequests.in(A).cluster(CLUSTER));
    ready(FormatRequests.in(B).cluster(OTHER_CLUSTER).node(2).voter(2));

    assertThat(refused(FormatRequests.in(A, B).node(null)))
        .anySatisfy(it -> assertThat(it).contains(CLUSTER, OTHER_CLUSTER))
        .anySatisfy(it -> assertThat(it).contains("node 1", "node 2"));
  }

  @Test
  void refusesACopyOfADirectory() throws IOException {
    ready(FormatRequests.in(A));
    node.disk().createDirectories(B);
    node.disk()
        .replace(B.resolve("meta.properties"), node.disk().read(A.resolve("meta.properties")));

    assertThat(refused(FormatRequests.in(A, B)))
        .singleElement()
        .asString()
        .contains(A.toString(), B.toString(), "copy");
  }

  @Test
  void addsADirectoryOnlyWhenTheClusterIsNamed() throws IOException {
    FormatOutcome.Ready first = ready(FormatRequests.in(A));
    String cluster = first.identity().clusterId();
    use(A);

    assertThat(refused(FormatRequests.in(A, B)))
        .singleElement()
        .asString()
        .contains(B.toString(), "--cluster-id " + cluster);
    FormatOutcome.Ready second = ready(FormatRequests.in(A, B).cluster(cluster));
    assertThat(second.formatted()).isTrue();
    assertThat(second.identity().directoryIds()).containsKeys(A, B);
    assertThat(second.identity().metadataDirectoryId())
        .isEqualTo(first.identity().metadataDirectoryId());
  }

  @Test
  void doesNotLetAWipedVoterVoteUnderItsOldIdentity() throws IOException {
    FormatOutcome.Ready first = ready(FormatRequests.in(A, B).cluster(CLUSTER));
    node.disk().deleteTree(A);

    assertThat(refused(FormatRequests.in(A, B)))
        .singleElement()
        .asString()
        .contains(A.toString(), "metadata log");
    assertThat(refused(FormatRequests.in(A, B).cluster(CLUSTER)))
        .singleElement()
        .asString()
        .contains("must not vote", "--no-initial-controllers");
    FormatOutcome.Ready joining =
        ready(FormatRequests.in(A, B).cluster(CLUSTER).initial(new InitialControllers.None()));
    assertThat(joining.identity().metadataDirectoryId())
        .isNotEqualTo(first.identity().metadataDirectoryId());
    assertThat(node.disk().exists(A.resolve(MetadataLog.FOLDER))).isFalse();
  }

  @Test
  void refusesADirectoryWhoseMetadataLogWasDeleted() throws IOException {
    ready(FormatRequests.in(A));
    node.disk().createDirectories(A.resolve("orders-0"));
    node.disk().deleteTree(A.resolve(MetadataLog.FOLDER));

    assertThat(refused(FormatRequests.in(A)))
        .singleElement()
        .asString()
        .contains("lost its metadata log");
  }

  @Test
  void refusesDataWithoutMetaProperties() throws IOException {
    node.disk().createDirectories(A.resolve("orders-0"));

    assertThat(refused(FormatRequests.in(A)))
        .singleElement()
        .asString()
        .contains("orders-0", "meta.properties");
  }

  @Test
  void refusesAMetadataLogInTheWrongPlace() throws IOException {
    ready(FormatRequests.in(A, B));
    node.disk().createDirectories(B.resolve(MetadataLog.FOLDER));

    assertThat(refused(FormatRequests.in(A, B)))
        .singleElement()
        .asString()
        .contains("metadata.log.dir=" + B);
  }

  @Test
  void refusesWhatItCannotRead() throws IOException {
    node.disk().createDirectories(A);
    write(A, "version=0\nbroker.id=1\ncluster.id=x\n");
    assertThat(refused(FormatRequests.in(A))).singleElement().asString().contains("ZooKeeper");
    write(A, "version=1\nnode.id=one\ncluster.id=x\n");
    assertThat(refused(FormatRequests.in(A))).singleElement().asString().contains("one");
    write(A, "version=1\nnode.id=1\n");
    assertThat(refused(FormatRequests.in(A))).singleElement().asString().contains("cluster.id");
  }

  @Test
  void givesDirectoriesOfOlderVersionsAnId() throws IOException {
    node.disk().createDirectories(A.resolve(MetadataLog.FOLDER));
    write(A, "version=1\nnode.id=1\ncluster.id=" + CLUSTER + "\n");

    FormatOutcome.Ready first = ready(FormatRequests.in(A).voter(1));
    assertThat(first.formatted()).isFalse();
    assertThat(ready(FormatRequests.in(A).voter(1)).identity()).isEqualTo(first.identity());
  }

  @Test
  void goesOnWithoutADataDirectoryWhoseDiskFails() {
    ready(FormatRequests.in(A, B));
    node.disk().faults().die(B);

    assertThat(ready(FormatRequests.in(A, B)).identity().directoryIds()).containsOnlyKeys(A);
  }

  @Test
  void leavesNothingHalfDoneWhereverItCrashes() {
    for (Crash how : Crash.values()) {
      for (int operation = 1; operation < 40; operation++) {
        VirtualWorld crashing = VirtualWorld.builder(operation).build();
        VirtualNode doomed = crashing.node("n1");
        doomed.disk().faults().crashAfter(operation, how);
        doomed
            .loops()
            .getFirst()
            .execute(() -> ClusterFormatter.prepare(doomed, FormatRequests.in(A, B).build()));
        crashing.runFor(1_000_000_000);
        doomed.powerOff();
        VirtualNode rebooted = crashing.node("n1");
        rebooted.disk().faults().crashAfter(Long.MAX_VALUE, how);

        FormatRequest again = FormatRequests.in(A, B).build();
        FormatOutcome outcome = ClusterFormatter.prepare(rebooted, again);
        assertThat(outcome).isInstanceOf(FormatOutcome.Ready.class);
        NodeIdentity identity = ((FormatOutcome.Ready) outcome).identity();
        assertThat(rebooted.disk().exists(A.resolve(MetadataLog.FOLDER).resolve(CHECKPOINT)))
            .isTrue();
        assertThat(ClusterFormatter.prepare(rebooted, again))
            .isEqualTo(new FormatOutcome.Ready(identity, false));
      }
    }
  }

  /// As a first start leaves it.
  private void use(Path metadataDir) throws IOException {
    Path folder = metadataDir.resolve(MetadataLog.FOLDER);
    node.disk().replace(folder.resolve("00000000000000000000.log"), new byte[100]);
  }

  private void write(Path directory, String metaProperties) throws IOException {
    node.disk()
        .replace(
            directory.resolve("meta.properties"),
            metaProperties.getBytes(StandardCharsets.ISO_8859_1));
  }

  private FormatOutcome.Ready ready(FormatRequests request) {
    FormatOutcome outcome = ClusterFormatter.prepare(node, request.build());
    assertThat(outcome).isInstanceOf(FormatOutcome.Ready.class);
    return (FormatOutcome.Ready) outcome;
  }

  private List<String> refused(FormatRequests request) {
    FormatOutcome outcome = ClusterFormatter.prepare(node, request.build());
    assertThat(outcome).isInstanceOf(FormatOutcome.Refused.class);
    return ((FormatOutcome.Refused) outcome).problems();
  }
}
