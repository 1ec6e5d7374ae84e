package io.millrace.metadata.raft;

import static io.millrace.metadata.raft.RaftStage.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.virtual.Crash;
import io.millrace.runtime.virtual.DiskFaults;
import io.millrace.runtime.virtual.VirtualDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.SnapshotWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A quorum of one on a virtual machine.
class RaftHostTest {

  private static final Path FOLDER = RaftStage.DATA.resolve(MetadataLog.FOLDER);

  @Test
  void leadsAtOnceWhereItIsTheOnlyVoter() {
    RaftStage stage = new RaftStage(1, 1);
    stage.start(1);

    stage.awaitLeader();
    assertThat(stage.world().nanos()).isLessThan(SECOND / 10);
  }

  @Test
  void restsBetweenEvents() {
    RaftStage stage = new RaftStage(1, 1);
    stage.start(1);
    stage.awaitLeader();
    long before = stage.world().trace().entries();
    stage.world().runFor(60 * SECOND);

    assertThat(stage.world().trace().entries() - before).isLessThan(200);
  }

  /// What the state machine has seen committed is there after any power failure.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void keepsWhatItShowedAsCommittedWhenThePowerFails(long seed) {
    RaftStage stage = new RaftStage(seed, 1);
    List<String> seen = new ArrayList<>();
    for (int life = 0; life < 8; life++) {
      RaftStage.Voter voter = stage.start(1);
      stage.awaitLeader();
      assertThat(voter.committed).startsWith(seen.toArray(new String[0]));
      voter.node.disk().faults().crashAfter(10 + 13 * life, Crash.POWER);
      for (int i = 0; voter.node.alive() && i < 200; i++) {
        voter.append("life" + life + "-" + i);
        stage.world().runFor(SECOND / 1000);
      }
      seen = List.copyOf(voter.committed);
      stage.powerOff(voter);
      voter.node.disk().faults().crashAfter(Long.MAX_VALUE, Crash.POWER);
    }
    assertThat(seen).hasSizeGreaterThan(20);
  }

  @Test
  void keepsItsVoteInKafkasFormat() throws IOException {
    RaftStage stage = new RaftStage(1, 1);
    RaftStage.Voter voter = stage.start(1);
    int epoch = stage.awaitLeader().leader.epoch();
    String vote =
        new String(voter.node.disk().read(FOLDER.resolve("quorum-state")), StandardCharsets.UTF_8);
    assertThat(vote)
        .isEqualTo(
            "{\"leaderId\":1,\"leaderEpoch\":"
                + epoch
                + ",\"votedId\":-1,\"votedDirectoryId\":\"AAAAAAAAAAAAAAAAAAAAAA\","
                + "\"data_version\":1}");

    stage.kill(voter);
    stage.start(1);
    assertThat(stage.awaitLeader().leader.epoch()).isEqualTo(epoch + 1);
  }

  @Test
  void stopsForGoodWhenTheDiskFails() {
    RaftStage stage = new RaftStage(1, 1);
    RaftStage.Voter voter = stage.start(1);
    stage.awaitLeader();
    voter.node.disk().faults().failNext(DiskFaults.Operation.WRITE, 1);
    voter.append("lost");
    stage.world().runFor(10 * SECOND);

    assertThat(voter.faults).hasSize(1);
    assertThat(voter.committed).isEmpty();
  }

  @Test
  void restsWhileTheDiskIsFullAndGoesOnWhenThereIsRoom() {
    RaftStage stage = new RaftStage(1, 1);
    RaftStage.Voter voter = stage.start(1);
    stage.awaitLeader();
    stage.world().runFor(10 * SECOND);
    VirtualDisk disk = voter.node.disk();
    assertThat(disk.exists(RaftStage.DATA.resolve(SpaceReserve.NAME))).isTrue();
    long room = 1L << 40;
    disk.faults().capacity(room - disk.usableBytes(RaftStage.DATA) + 300);

    List<String> names = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      names.add("topic-" + i);
      voter.append(names.getLast());
      stage.world().runFor(SECOND / 10);
    }
    assertThat(voter.faults).isEmpty();
    assertThat(voter.committed).hasSizeLessThan(100);
    assertThat(disk.exists(RaftStage.DATA.resolve(SpaceReserve.NAME))).isFalse();

    disk.faults().capacity(room);
    stage.awaitCommitted(names);
    assertThat(disk.exists(RaftStage.DATA.resolve(SpaceReserve.NAME))).isTrue();
    stage.powerOff(voter);
    stage.start(1);
    stage.awaitLeader();
    stage.awaitCommitted(names);
  }

  @Test
  void startsFromItsSnapshotAndForgetsTheLogBeforeIt() throws IOException {
    RaftStage stage =
        new RaftStage(1, 1)
            .with("internal.metadata.log.segment.bytes", 4096)
            .with("metadata.max.retention.bytes", 8192)
            .with("internal.metadata.delete.delay.millis", 1000);
    RaftStage.Voter voter = stage.start(1);
    stage.awaitLeader();
    List<String> names = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      for (int i = 0; i < 60; i++) {
        names.add("topic-" + round + "-" + i);
        voter.append(names.getLast());
        stage.world().runFor(SECOND / 100);
      }
      stage.awaitCommitted(names);
      snapshot(voter, names);
    }
    // Raft cleans once a minute.
    stage.world().runFor(70 * SECOND);
    List<String> files = voter.node.disk().list(FOLDER);
    assertThat(files.stream().filter(it -> it.endsWith(".checkpoint"))).hasSize(1);
    assertThat(files).doesNotContain("00000000000000000000.log");
    assertThat(files).noneMatch(it -> it.endsWith(".deleted") || it.endsWith(".part"));

    stage.kill(voter);
    RaftStage.Voter again = stage.start(1);
    stage.awaitLeader();
    stage.awaitCommitted(names);
    assertThat(again.snapshotsLoaded).isEqualTo(1);
    assertThat(again.faults).isEmpty();
  }

  @Test
  void dropsASnapshotThatACrashLeftUnfinished() throws IOException {
    RaftStage stage = new RaftStage(1, 1);
    RaftStage.Voter voter = stage.start(1);
    stage.awaitLeader();
    voter.append("orders");
    stage.awaitCommitted(List.of("orders"));
    voter.raft.createSnapshot(id(voter), 0, writer -> writer.orElseThrow().append(records("x")));
    stage.world().runFor(SECOND / 100);
    stage.kill(voter);

    RaftStage.Voter again = stage.start(1);
    stage.awaitLeader();
    stage.awaitCommitted(List.of("orders"));
    assertThat(again.node.disk().list(FOLDER)).noneMatch(it -> it.endsWith(".part"));
  }

  @Test
  void doesNotStartOverAHoleInTheMetadata() throws IOException {
    RaftStage stage = new RaftStage(1, 1);
    RaftStage.Voter voter = stage.start(1);
    stage.awaitLeader();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      names.add("topic-" + i);
      voter.append(names.getLast());
      stage.world().runFor(SECOND / 100);
    }
    stage.awaitCommitted(names);
    stage.kill(voter);
    doesNotStartOver(stage, size -> size * 4);
  }

  /// @param bit which one of the log's file flips, by the file's size
  private static void doesNotStartOver(RaftStage stage, LongUnaryOperator bit) throws IOException {
    Path log = FOLDER.resolve("00000000000000000000.log");
    VirtualDisk disk = stage.world().node("n1").disk();
    disk.flipBit(log, bit.applyAsLong(disk.size(log)));

    assertThatThrownBy(() -> stage.start(1))
        .hasMessageContaining(FOLDER.toString())
        .hasMessageContaining("damaged");
  }

  /// A voter that forgot what it has acknowledged could elect a leader that lacks it.
  @Test
  void doesNotStartWithoutTheLastBatchThatItHadSynced() throws IOException {
    RaftStage stage = new RaftStage(1, 1);
    RaftStage.Voter voter = stage.start(1);
    stage.awaitLeader();
    voter.append("orders");
    stage.awaitCommitted(List.of("orders"));
    stage.kill(voter);
    doesNotStartOver(stage, size -> size * 8 - 20);
  }

  @Test
  void endsInOrder() throws IOException {
    RaftStage stage = new RaftStage(1, 1);
    RaftStage.Voter voter = stage.start(1);
    stage.awaitLeader();
    voter.append("orders");
    List<String> stopped = new ArrayList<>();
    voter.raft.stop(() -> stopped.add("stopped"));
    stage.world().runFor(SECOND);
    long before = stage.world().trace().entries();
    stage.world().runFor(60 * SECOND);

    assertThat(stopped).hasSize(1);
    assertThat(voter.faults).isEmpty();
    assertThat(stage.world().trace().entries()).isEqualTo(before);
  }

  private static OffsetAndEpoch id(RaftStage.Voter voter) {
    return new OffsetAndEpoch(
        voter.raft.client().highWatermark().orElseThrow(), voter.leader.epoch());
  }

  private static List<ApiMessageAndVersion> records(String... names) {
    return Arrays.stream(names).map(RaftStage::record).toList();
  }

  private static void snapshot(RaftStage.Voter voter, List<String> names) {
    voter.raft.createSnapshot(
        id(voter),
        voter.node.clock().wallMs(),
        created -> {
          SnapshotWriter<ApiMessageAndVersion> writer = created.orElseThrow();
          writer.append(List.of(RaftStage.metadataVersion()));
          writer.append(records(names.toArray(new String[0])));
          writer.freeze();
          writer.close();
        });
  }
}
