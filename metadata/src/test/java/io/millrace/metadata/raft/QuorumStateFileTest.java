package io.millrace.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.Disk;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.ReplicaKey;
import org.apache.kafka.server.common.KRaftVersion;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuorumStateFileTest {

  private static final Path DIR = Path.of("/");

  private final Disk disk = VirtualWorld.builder(1).build().node("n1").disk();
  private final QuorumStateFile file = new QuorumStateFile(disk, DIR);

  @Test
  void keepsAVote() {
    ElectionState vote =
        ElectionState.withVotedCandidate(7, ReplicaKey.of(2, new Uuid(3, 4)), Set.of());
    file.writeElectionState(vote, KRaftVersion.KRAFT_VERSION_1);
    ElectionState read = file.readElectionState().orElseThrow();
    assertThat(read.epoch()).isEqualTo(7);
    assertThat(read.optionalVotedKey()).isEqualTo(vote.optionalVotedKey());
    assertThat(read.optionalLeaderId()).isEqualTo(OptionalInt.empty());
  }

  @Test
  void nobodyStandsAgainForAnElectionThatAnotherHasWon() throws IOException {
    ReplicaKey self = ReplicaKey.of(2, new Uuid(3, 4));
    ElectionState lost = ElectionState.withElectedLeader(7, 3, Optional.of(self), Set.of());
    file.writeElectionState(lost, KRaftVersion.KRAFT_VERSION_1);
    assertThat(QuorumStateFile.read(disk, file.path())).contains(lost);
    assertThat(file.readElectionState())
        .contains(ElectionState.withElectedLeader(7, 3, Optional.empty(), Set.of()));

    ElectionState won = ElectionState.withElectedLeader(7, 2, Optional.of(self), Set.of());
    file.writeElectionState(won, KRaftVersion.KRAFT_VERSION_1);
    assertThat(file.readElectionState()).contains(won);
  }

  /// A vote that cannot be read must not be taken for none: the node would vote again.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"data_version\":1}",
        "{\"data_version\":2,\"leaderId\":-1,\"leaderEpoch\":1,\"votedId\":-1}",
        "{\"data_version\":1,\"leaderId\":-1,\"leaderEpoch\":\"x\",\"votedId\":-1}",
        "{\"data_version\":1,\"leaderId\":-1,\"leaderEpoch\":99999999999,\"votedId\":-1}",
        "{\"data_version\":1,\"leaderId\":-1,\"leaderEpoch\":1,\"votedId\":-1,"
            + "\"votedDirectoryId\":\"%%\"}"
      })
  void refusesWhatIsNoVote(String content) throws IOException {
    disk.replace(DIR.resolve(QuorumStateFile.NAME), content.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(file::readElectionState)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(QuorumStateFile.NAME);
  }

  @Test
  void readsOrRefusesWhateverIsThere() throws IOException {
    for (long seed = 0; seed < 500; seed++) {
      tryOut(seed);
    }
  }

  @Test
  @Tag("long")
  void readsOrRefusesForLong() throws IOException {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    System.out.println("QuorumStateFileTest: -Dfuzz.seed=" + seed);
    long end = System.nanoTime() + Long.getLong("fuzz.seconds", 2) * 100_000_000L;
    do {
      tryOut(seed++);
    } while (System.nanoTime() - end < 0);
  }

  private void tryOut(long seed) throws IOException {
    Random random = new Random(seed);
    file.writeElectionState(
        ElectionState.withElectedLeader(
            random.nextInt(9), random.nextInt(9), Optional.empty(), Set.of()),
        KRaftVersion.KRAFT_VERSION_1);
    byte[] content = disk.read(DIR.resolve(QuorumStateFile.NAME));
    if (random.nextInt(3) == 0) {
      content = Arrays.copyOf(content, random.nextInt(content.length + 20));
    } else {
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        content[random.nextInt(content.length)] = (byte) random.nextInt();
      }
    }
    disk.replace(DIR.resolve(QuorumStateFile.NAME), content);
    try {
      assertThat(file.readElectionState()).isPresent();
    } catch (UncheckedIOException e) {
      assertThat(e.getMessage()).contains(QuorumStateFile.NAME);
    }
  }
}
