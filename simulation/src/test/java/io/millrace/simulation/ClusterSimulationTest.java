package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a cluster promises, kept through faults, on fixed seeds and a fresh one that is printed. A
/// run that holds too little fails, too.
class ClusterSimulationTest {

  /// One for all tests of this class, so that classes are loaded and compiled once.
  private static final RunLoader RUNS = new RunLoader();

  @ParameterizedTest
  @CsvSource({"1, page-cache", "2, page-cache", "1, fsync", "2, fsync"})
  void oneNodeKeepsItsPromises(long seed, String durability) throws Exception {
    check(seed, "nodes=1 durability=" + durability);
  }

  /// 3 is what found coordinators that never heard of a commit again, since they came up while too
  /// few replicas were in sync.
  @ParameterizedTest
  @CsvSource({"1, page-cache", "3, page-cache", "2, fsync"})
  void threeNodesKeepTheirPromises(long seed, String durability) throws Exception {
    check(seed, "nodes=3 durability=" + durability);
  }

  /// A node comes back with an empty disk and a new directory id.
  @Test
  void aLostDiskIsMadeGood() throws Exception {
    check(3003, "nodes=3 durability=fsync faults=kill,disk-loss");
  }

  /// What is deleted for good stays so, whoever dies.
  @Test
  void deletedRecordsStayDeleted() throws Exception {
    check(
        1,
        "nodes=3 seconds=20 workloads=idempotent,reader,classic-group,delete-records"
            + " faults=kill,cut,blackout");
  }

  /// 720004 is what found a follower that came back when all was quiet: it was told where the log
  /// begins, and did not say that it had understood, without which it may not join.
  @Test
  void aFollowerAcknowledgesDeletionsWithoutRecords() throws Exception {
    check(720004, "nodes=3 workloads=all");
  }

  /// 20010083 killed a node with a new disk as soon as it had written down who leads: Kafka's raft
  /// client failed at the leader's first answer to it.
  @Test
  void aNodeThatKnowsItsLeaderByNameOnlyFindsIt() throws Exception {
    check(
        20010083,
        "nodes=3 durability=page-cache faults=usual workloads=none"
            + " without=0,1,2,3,4,5,6,7,10,11,13,15,16,17,18,19,20,21");
  }

  /// A voter is taken out and added again, while others die.
  @Test
  void theQuorumLosesAndGainsVoters() throws Exception {
    check(4, "nodes=3 seconds=20 faults=voter,kill workloads=idempotent,reader");
  }

  /// All nodes in turn, under load, with other settings.
  @Test
  void aRollingUpgradeLosesNothing() throws Exception {
    check(2, "nodes=3 seconds=20 faults=upgrade");
  }

  /// New brokers join, get replicas, and leave for good, while others die.
  @Test
  void brokersJoinAndLeave() throws Exception {
    check(1, "nodes=3 seconds=20 faults=membership,kill");
  }

  /// A broker that is to leave stays until its replicas are elsewhere, although the nodes that come
  /// back from a blackout show metadata of a time when it had none yet. 4 is one of three in twelve
  /// that found this.
  @Test
  void aBrokerLeavesAfterItsReplicasOnly() throws Exception {
    check(4, "nodes=3 durability=page-cache seconds=20 faults=membership,blackout workloads=none");
  }

  /// `mvn verify` asks for one seed, the profile `sim-long` for many.
  @Test
  void holdsOnFreshSeeds() throws Exception {
    int seeds = Integer.getInteger("simulation.seeds", 1);
    int nodes = Integer.getInteger("simulation.nodes", 3);
    for (int i = 0; i < seeds; i++) {
      long seed = System.nanoTime() & 0xffff_ffffL;
      System.out.println("fresh simulation seed " + seed + " of " + nodes + " nodes");
      check(seed, "durability=page-cache nodes=" + nodes);
      check(seed, "durability=fsync nodes=" + nodes);
    }
  }

  private static void check(long seed, String scenario) throws Exception {
    RunResult result = RUNS.run(seed, scenario);
    assertThat(result.failed())
        .as(() -> String.join("\n", result.story()) + "\n" + result.summary())
        .isFalse();
  }
}
