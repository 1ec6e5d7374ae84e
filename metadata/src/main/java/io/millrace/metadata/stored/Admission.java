package io.millrace.metadata.stored;

import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.metadata.VersionRange;
import org.apache.kafka.raft.ReplicaKey;
import org.apache.kafka.raft.VoterSet;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.MetadataVersion;

/// Says by name why this software cannot serve what lies in a node's directories. Asked before a
/// byte is written, so that whoever wrote the directory can go on with it.
///
/// Refused are:
/// 1. a `metadata.version` that is newer than the newest production version here, older than 3.3,
///    or missing where there is metadata; any other feature or level that is not known here;
/// 2. topics with `remote.storage.enable=true`: a part of their log lies elsewhere;
/// 3. transactions that are open: nobody here would bring them to an end;
/// 4. a quorum that could never elect this controller although it is alone.
public final class Admission {

  private final StoredQuorum stored;
  private final List<String> problems = new ArrayList<>();

  private Admission(StoredQuorum stored) {
    this.stored = stored;
  }

  /// Problems with the content (1 to 3), a sentence or two each with what to do; empty when there
  /// is none. Blocks.
  ///
  /// @param metadataDirectory holds `__cluster_metadata-0`
  /// @param directories all of the node's that can be read
  /// @param unstable whether `unstable.feature.versions.enable` is set
  /// @throws IOException when something cannot be read
  public static List<String> problems(
      Disk disk,
      StoredQuorum stored,
      Path metadataDirectory,
      Iterable<Path> directories,
      boolean unstable)
      throws IOException {
    Admission admission = new Admission(stored);
    if (isEmpty(stored)) {
      return List.of();
    }
    admission.checkFeatures(metadataDirectory, unstable);
    admission.checkRemoteTopics();
    admission.checkTransactions(OpenTransactions.in(disk, directories));
    return admission.problems;
  }

  /// Problems with the quorum (4) of a controller that is configured to be alone.
  ///
  /// @param directoryId of the metadata directory
  /// @param staticVoters whether `controller.quorum.voters` is set
  public static List<String> quorumProblems(
      StoredQuorum stored, int nodeId, Uuid directoryId, boolean staticVoters) {
    Admission admission = new Admission(stored);
    if (!isEmpty(stored)) {
      admission.checkVoters(nodeId, directoryId, staticVoters);
    }
    return admission.problems;
  }

  /// Whether nothing was ever stored: an observer's directory before its first fetch, for instance.
  private static boolean isEmpty(StoredQuorum stored) {
    return stored.extent().endOffset() == 0 && stored.features().isEmpty();
  }

  private void checkFeatures(Path directory, boolean unstable) {
    SortedMap<String, Short> levels = stored.features();
    Map<String, VersionRange> known =
        new TreeMap<>(QuorumFeatures.defaultSupportedFeatureMap(unstable));
    Short version = levels.get(MetadataVersion.FEATURE_NAME);
    if (version == null && stored.holdsMetadata()) {
      problems.add(
          "The metadata log in "
              + directory
              + " names no metadata.version: it is of Kafka before 3.3. Let Kafka 3.9 run on it and"
              + " upgrade: kafka-features.sh upgrade --metadata 3.9.");
    } else if (version != null && version < MetadataVersion.MINIMUM_VERSION.featureLevel()) {
      problems.add(
          "metadata.version is "
              + version
              + " in "
              + directory
              + ", and the oldest that can be served is "
              + name(MetadataVersion.MINIMUM_VERSION.featureLevel())
              + ". Let Kafka 3.9 run on it and upgrade: kafka-features.sh upgrade --metadata 3.9.");
    }
    levels.forEach((feature, level) -> {
      VersionRange range =
          feature.equals(KRaftVersion.FEATURE_NAME)
              ? VersionRange.of((short) 0, Feature.KRAFT_VERSION.latestProduction())
              : known.getOrDefault(feature, QuorumFeatures.DISABLED);
      if (level > range.max()) {
        problems.add(tooNew(directory, feature, level, range.max()));
      }
    });
  }

  private static String tooNew(Path directory, String feature, short level, short max) {
    if (feature.equals(MetadataVersion.FEATURE_NAME)) {
      String newest = name(max);
      return "metadata.version is "
          + name(level)
          + " in "
          + directory
          + ", newer than "
          + newest
          + ", the newest that can be served here. Lower it while Kafka runs: kafka-features.sh"
          + " downgrade --metadata "
          + newest
          + "; or use a newer Millrace.";
    }
    return "feature "
        + feature
        + " is at level "
        + level
        + " in "
        + directory
        + (max == 0 ? ", and is not known here." : ", and " + max + " is the newest known here.")
        + " Lower it while Kafka runs: kafka-features.sh downgrade --feature "
        + feature
        + "="
        + max
        + "; or use a newer Millrace.";
  }

  /// Such as `4.3-IV0 (level 30)`.
  private static String name(short level) {
    try {
      return MetadataVersion.fromFeatureLevel(level).version();
    } catch (IllegalArgumentException e) {
      return "level " + level;
    }
  }

  private void checkRemoteTopics() {
    if (!stored.remoteTopics().isEmpty()) {
      problems.add(
          "remote.storage.enable is true for "
              + String.join(", ", stored.remoteTopics())
              + ": a part of these logs lies in an object store, which cannot be read here yet. Turn"
              + " it off while Kafka runs (remote.storage.enable=false with"
              + " remote.log.delete.on.disable=true loses what is only there), or delete the"
              + " topics.");
    }
  }

  private void checkTransactions(SortedMap<String, TransactionState> open) {
    if (!open.isEmpty()) {
      problems.add(
          "Transactions are open: "
              + OpenTransactions.describe(open)
              + ". They cannot be ended here yet. Let Kafka run until their producers have ended"
              + " them or they have timed out (kafka-transactions.sh list), then stop it.");
    }
  }

  private void checkVoters(int nodeId, Uuid directoryId, boolean staticVoters) {
    VoterSet voters = stored.voters();
    if (voters == null) {
      if (!staticVoters) {
        problems.add(
            "The quorum of this directory is a static one (kraft.version 0), and"
                + " controller.quorum.voters is not set: nobody could vote. Set it as it was in"
                + " Kafka's configuration, "
                + nodeId
                + "@host:port.");
      }
      return;
    }
    ReplicaKey self = ReplicaKey.of(nodeId, directoryId);
    ReplicaKey stored =
        voters.voterKeys().stream().filter(key -> key.id() == nodeId).findFirst().orElse(null);
    if (stored == null) {
      problems.add(
          "This node, "
              + nodeId
              + ", is no voter: the metadata log names "
              + voters.voterIds().stream().sorted().toList()
              + ", and the configuration names no other controller. Set"
              + " controller.quorum.bootstrap.servers to theirs and process.roles=broker, if this"
              + " is a broker of their cluster.");
    } else if (voters.voterIds().size() == 1 && !voters.isVoter(self)) {
      problems.add(
          "The only voter is node "
              + nodeId
              + " with the directory.id "
              + stored.directoryId().map(Uuid::toString).orElse("(none)")
              + ", and the metadata directory has the directory.id "
              + directoryId
              + ": nobody could be elected. Restore meta.properties as it was when the metadata log"
              + " was written.");
    }
  }
}
