package io.millrace.cli.doctor;

import io.millrace.log.inspect.DirectoryInspection;
import io.millrace.log.inspect.DirectoryReport;
import io.millrace.log.inspect.Finding;
import io.millrace.log.inspect.PartitionReport;
import io.millrace.metadata.format.DirectoryChecks;
import io.millrace.metadata.format.MetaPropertiesFile;
import io.millrace.metadata.raft.MetadataLog;
import io.millrace.metadata.raft.QuorumStateFile;
import io.millrace.metadata.stored.StoredImage;
import io.millrace.metadata.stored.StoredQuorum;
import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.raft.ElectionState;
import org.jspecify.annotations.Nullable;

/// What the doctor sees in a node's directories, gathered.
final class Examination {
  private final Disk disk;
  private final List<Path> directories;
  private final List<DirectoryReport> reports = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();
  private final Map<Path, MetaPropertiesFile> owners = new LinkedHashMap<>();
  private @Nullable Path metadataDirectory;
  private @Nullable StoredQuorum quorum;
  private @Nullable ElectionState vote;
  private @Nullable MetadataImage image;

  private Examination(Disk disk, List<Path> directories) {
    this.disk = disk;
    this.directories = directories;
  }

  /// Looks at the directories of one node.
  ///
  /// @param progress told of every folder before it is read
  static Examination of(Disk disk, List<Path> directories, Consumer<Path> progress)
      throws IOException {
    var examination = new Examination(disk, directories);
    examination.readOwners();
    examination.readMetadata();
    for (Path directory : directories) {
      examination.reports.add(DirectoryInspection.of(disk, directory, progress));
    }
    examination.compare();
    return examination;
  }

  private void readOwners() {
    refusals.addAll(DirectoryChecks.problems(disk, directories, owners::put));
  }

  private void readMetadata() {
    for (Path directory : directories) {
      if (disk.isDirectory(directory.resolve(MetadataLog.FOLDER))) {
        metadataDirectory = directory;
      }
    }
    Path directory = metadataDirectory;
    if (directory == null) {
      return;
    }
    readVote(directory.resolve(MetadataLog.FOLDER).resolve(QuorumStateFile.NAME));
    try {
      StoredQuorum stored = StoredQuorum.read(disk, directory);
      quorum = stored;
      if (stored.extent().unreadBytes() > 0) {
        findings.add(
            new Finding(
                Finding.Severity.MENDED,
                directory.resolve(MetadataLog.FOLDER),
                "%d bytes behind offset %d are no whole batch: a torn tail is cut, damage in the"
                        .formatted(stored.extent().unreadBytes(), stored.extent().endOffset() - 1)
                    + " middle stops the start"));
      }
      image = StoredImage.read(disk, directory);
    } catch (IOException e) {
      findings.add(
          new Finding(
              Finding.Severity.DAMAGE,
              directory.resolve(MetadataLog.FOLDER),
              String.valueOf(e.getMessage())));
    }
  }

  private void readVote(Path file) {
    try {
      vote = QuorumStateFile.read(disk, file).orElse(null);
    } catch (IOException e) {
      findings.add(
          damage(
              file,
              e.getMessage()
                  + ": a start stops here. Where this node is the only voter, delete the file. Else"
                  + " it may vote a second time in an epoch: remove it from the quorum, empty its"
                  + " metadata directory and let it join again"));
    }
  }

  /// Holds the folders against the metadata.
  private void compare() {
    MetadataImage metadata = image;
    Map<TopicPartition, Path> seen = new LinkedHashMap<>();
    for (DirectoryReport directory : reports) {
      for (PartitionReport partition : directory.partitions()) {
        Path twin = seen.putIfAbsent(partition.partition(), partition.folder());
        if (twin != null) {
          findings.add(
              damage(
                  partition.folder(),
                  "is a second folder of what lies in " + twin + ": a start stops here"));
        }
        if (metadata != null && !metadata.isEmpty()) {
          compare(metadata, directory.path(), partition);
        }
      }
    }
    if (metadata != null && !owners.isEmpty()) {
      findMissing(metadata, owners.values().iterator().next().nodeId(), seen);
    }
  }

  private void compare(MetadataImage metadata, Path directory, PartitionReport found) {
    TopicImage topic = metadata.topics().getTopic(found.partition().topic());
    PartitionRegistration partition =
        topic == null ? null : topic.partitions().get(found.partition().partition());
    boolean other =
        topic != null
            && !found.topicId().equals(Uuid.ZERO_UUID)
            && !found.topicId().equals(topic.id());
    MetaPropertiesFile owner = owners.get(directory);
    if (topic == null || other) {
      findings.add(
          mended(
              found.folder(),
              (other
                      ? "is of an earlier topic of this name (id " + found.topicId() + ")"
                      : "is of a topic that the metadata does not know")
                  + " and is renamed to -stray"));
    } else if (partition == null || (owner != null && !hosts(partition, owner))) {
      findings.add(
          mended(
              found.folder(),
              "is not assigned to this directory by the metadata and is renamed to -stray"));
    }
  }

  private static boolean hosts(PartitionRegistration partition, MetaPropertiesFile owner) {
    for (int i = 0; i < partition.replicas.length; i++) {
      if (partition.replicas[i] == owner.nodeId()) {
        Uuid assigned = partition.directories[i];
        return DirectoryId.reserved(assigned) || assigned.equals(owner.directoryId());
      }
    }
    return false;
  }

  private void findMissing(MetadataImage metadata, int nodeId, Map<TopicPartition, Path> seen) {
    metadata
        .topics()
        .topicsByName()
        .forEach((name, topic) ->
            topic
                .partitions()
                .forEach((number, partition) -> {
                  TopicPartition id = new TopicPartition(name, number);
                  boolean here = false;
                  for (int replica : partition.replicas) {
                    here |= replica == nodeId;
                  }
                  if (here && !seen.containsKey(id)) {
                    boolean only = partition.replicas.length == 1;
                    findings.add(
                        new Finding(
                            Finding.Severity.NOTE,
                            directories.getFirst().resolve(id.toString()),
                            "is not there although the metadata places it on this node: it begins"
                                + (only ? " empty" : " empty and is copied from its leader")));
                  }
                }));
  }

  private static Finding damage(Path path, String what) {
    return new Finding(Finding.Severity.DAMAGE, path, what);
  }

  private static Finding mended(Path path, String what) {
    return new Finding(Finding.Severity.MENDED, path, what);
  }

  List<DirectoryReport> reports() {
    return reports;
  }

  /// All of them: first those of the node, then of each directory and its partitions.
  List<Finding> findings() {
    List<Finding> all = new ArrayList<>(findings);
    for (DirectoryReport report : reports) {
      all.addAll(report.findings());
      report.partitions().forEach(partition -> all.addAll(partition.findings()));
    }
    return all;
  }

  /// Why a start would stop; empty when it would not.
  List<String> refusals() {
    return refusals;
  }

  Map<Path, MetaPropertiesFile> owners() {
    return owners;
  }

  @Nullable StoredQuorum quorum() {
    return quorum;
  }

  /// Whom this node took for the quorum's leader, or voted for, last; null where it never did.
  @Nullable ElectionState vote() {
    return vote;
  }

  @Nullable MetadataImage image() {
    return image;
  }

  /// Whether the next start looks at headers only, in whatever it walks.
  boolean walksHeadersOnly() {
    return walked().stream().allMatch(PartitionReport::headersOnly);
  }

  /// Logs that the next start walks.
  List<PartitionReport> walked() {
    return reports.stream()
        .flatMap(report -> report.partitions().stream())
        .filter(partition -> partition.walkedBytes() > 0)
        .toList();
  }

  boolean isSound() {
    return refusals.isEmpty()
        && findings().stream().noneMatch(it -> it.severity() == Finding.Severity.DAMAGE);
  }
}
