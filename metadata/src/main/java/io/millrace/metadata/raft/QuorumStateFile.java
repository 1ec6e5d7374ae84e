package io.millrace.metadata.raft;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.QuorumStateStore;
import org.apache.kafka.raft.generated.QuorumStateData;
import org.apache.kafka.raft.generated.QuorumStateDataJsonConverter;
import org.apache.kafka.server.common.KRaftVersion;

/// The file `quorum-state`: this voter's epoch and vote, as one line of JSON in the format of
/// Kafka's `FileQuorumStateStore`. Replaced durably before any vote leaves the node. Used on the
/// loop `raft`.
public final class QuorumStateFile implements QuorumStateStore {

  /// Its name, in the folder of the metadata log.
  public static final String NAME = "quorum-state";

  private static final String VERSION = "data_version";
  private static final short HIGHEST_VERSION = 1;

  private final Disk disk;
  private final Path file;

  QuorumStateFile(Disk disk, Path directory) {
    this.disk = disk;
    this.file = directory.resolve(NAME);
  }

  /// What the file says, but a vote for one who lost: with the winner known it has done its
  /// service, for who knows a leader votes for nobody else in that epoch.
  ///
  /// Kafka's client looks at the vote first: who had voted for itself stood again after a restart,
  /// in an epoch whose records it had from the winner (4.3.1: `QuorumState.initialize`). Its peers
  /// call that an invalid request.
  @Override
  public Optional<ElectionState> readElectionState() {
    try {
      return read(disk, file, QuorumStateFile::withoutLostVote);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What a node's `quorum-state` says; empty where there is none. Blocks.
  ///
  /// @param file of any node that is stopped, or of this one
  /// @throws IOException when it cannot be read or understood, with the file's name
  public static Optional<ElectionState> read(Disk disk, Path file) throws IOException {
    return read(disk, file, UnaryOperator.identity());
  }

  private static QuorumStateData withoutLostVote(QuorumStateData state) {
    boolean lost = state.leaderId() >= 0 && state.votedId() != state.leaderId();
    return lost ? state.setVotedId(-1).setVotedDirectoryId(Uuid.ZERO_UUID) : state;
  }

  private static Optional<ElectionState> read(
      Disk disk, Path file, UnaryOperator<QuorumStateData> view) throws IOException {
    if (!disk.exists(file)) {
      return Optional.empty();
    }
    try {
      ObjectNode state = JsonText.read(disk.read(file));
      JsonNode version = state.get(VERSION);
      if (version == null) {
        throw new IOException("no " + VERSION);
      }
      short dataVersion = version.shortValue();
      if (dataVersion < 0 || dataVersion > HIGHEST_VERSION) {
        throw new IOException(
            VERSION + " " + dataVersion + " is not among the known 0 to " + HIGHEST_VERSION);
      }
      QuorumStateData data = QuorumStateDataJsonConverter.read(state, dataVersion);
      return Optional.of(ElectionState.fromQuorumStateData(view.apply(data)));
    } catch (IOException | RuntimeException e) {
      // The generated reader reports a field that is missing or of another type unchecked.
      throw new IOException("cannot read the vote in " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void writeElectionState(ElectionState latest, KRaftVersion kraftVersion) {
    short version = kraftVersion.quorumStateVersion();
    ObjectNode state =
        (ObjectNode) QuorumStateDataJsonConverter.write(latest.toQuorumStateData(version), version);
    state.put(VERSION, version);
    try {
      disk.replace(file, JsonText.write(state));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Path path() {
    return file;
  }

  @Override
  public void clear() {
    try {
      disk.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
