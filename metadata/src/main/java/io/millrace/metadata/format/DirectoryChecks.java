package io.millrace.metadata.format;

import io.millrace.metadata.raft.MetadataLog;
import io.millrace.metadata.stored.Admission;
import io.millrace.metadata.stored.StoredQuorum;
import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// Holds a node's directories against its configuration and each other: rules 1, 2 and 5 of
/// [ClusterFormatter]. Reads only.
public final class DirectoryChecks {

  private final Disk disk;
  private final FormatRequest request;
  private final List<DirectoryScan> scans = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  DirectoryChecks(Disk disk, FormatRequest request) {
    this.disk = disk;
    this.request = request;
    Set<Path> directories = new LinkedHashSet<>(request.logDirs());
    directories.add(request.metadataDir());
    directories.forEach(path -> scans.add(DirectoryScan.of(disk, path)));
  }

  /// Why a start on these directories would be refused as far as they tell themselves, whatever the
  /// configuration; empty when it would not.
  ///
  /// @param directories all of one node
  /// @param owners gets what each formatted one says of itself
  public static List<String> problems(
      Disk disk, List<Path> directories, BiConsumer<Path, MetaPropertiesFile> owners) {
    Path metadataDir =
        directories.stream()
            .filter(path -> disk.isDirectory(path.resolve(MetadataLog.FOLDER)))
            .findFirst()
            .orElse(directories.getFirst());
    DirectoryChecks checks =
        new DirectoryChecks(
            disk,
            new FormatRequest(
                null,
                directories,
                metadataDir,
                false,
                List.of(),
                Map.of(),
                List.of(),
                null,
                null,
                Map.of(),
                null,
                false));
    checks.owners();
    for (DirectoryScan scan : checks.scans) {
      if (scan.owner() != null) {
        owners.accept(scan.path(), scan.owner());
      }
    }
    if (checks.problems.isEmpty()) {
      checks.content();
    }
    return checks.problems;
  }

  List<DirectoryScan> scans() {
    return scans;
  }

  /// What was found so far; others may add to it.
  List<String> problems() {
    return problems;
  }

  /// Rules 1 and 2.
  void owners() {
    scans.stream().filter(scan -> !isOffline(scan)).forEach(this::usable);
    ownersAgree();
    metadataPlace();
  }

  /// A data directory whose disk fails is offline and no more, as long as another one works.
  boolean isOffline(DirectoryScan scan) {
    return scan.failed()
        && !scan.path().equals(request.metadataDir())
        && scans.stream().anyMatch(DirectoryScan::isFormatted);
  }

  private void usable(DirectoryScan scan) {
    if (scan.problem() != null) {
      problems.add(scan.problem() + ". Repair or replace it, or take it out of log.dirs.");
    }
  }

  private void ownersAgree() {
    DirectoryScan first = null;
    Map<Uuid, Path> ids = new LinkedHashMap<>();
    for (DirectoryScan scan : scans) {
      MetaPropertiesFile owner = scan.owner();
      if (owner == null) {
        continue;
      }
      checkAsked(scan.path(), owner);
      if (first != null && first.owner() != null) {
        checkSame(first.path(), first.owner(), scan.path(), owner);
      } else {
        first = scan;
      }
      Path twin = owner.directoryId() == null ? null : ids.put(owner.directoryId(), scan.path());
      if (twin != null) {
        problems.add(
            twin
                + " and "
                + scan.path()
                + " have the same directory.id "
                + owner.directoryId()
                + ": one is a copy of the other. Take the copy out of log.dirs.");
      }
    }
  }

  private void checkAsked(Path path, MetaPropertiesFile owner) {
    if (request.clusterId() != null && !request.clusterId().equals(owner.clusterId())) {
      problems.add(
          path
              + " belongs to cluster "
              + owner.clusterId()
              + ", not to "
              + request.clusterId()
              + ". Point log.dirs to another directory, or give --cluster-id "
              + owner.clusterId()
              + ".");
    }
    if (request.nodeId() != null && request.nodeId() != owner.nodeId()) {
      problems.add(
          path
              + " belongs to node "
              + owner.nodeId()
              + ", but node.id is "
              + request.nodeId()
              + ". Set node.id="
              + owner.nodeId()
              + ", or point log.dirs to this node's own directory.");
    }
  }

  private void checkSame(Path a, MetaPropertiesFile first, Path b, MetaPropertiesFile other) {
    if (!first.clusterId().equals(other.clusterId())) {
      problems.add(
          String.format(
              "%s belongs to cluster %s and %s to cluster %s. A node's directories belong to one"
                  + " cluster: take the wrong one out of log.dirs.",
              a, first.clusterId(), b, other.clusterId()));
    }
    if (first.nodeId() != other.nodeId()) {
      problems.add(
          String.format(
              "%s belongs to node %d and %s to node %d. A node's directories belong to one node:"
                  + " take the wrong one out of log.dirs.",
              a, first.nodeId(), b, other.nodeId()));
    }
  }

  private void metadataPlace() {
    for (DirectoryScan scan : scans) {
      if (scan.metadataFolder() && !scan.path().equals(request.metadataDir())) {
        problems.add(
            scan.path()
                + " holds a metadata log, but the metadata directory is "
                + request.metadataDir()
                + ". Set metadata.log.dir="
                + scan.path()
                + ", or move the folder __cluster_metadata-0.");
      }
      if (!scan.isFormatted() && (scan.metadataLog() || !scan.partitions().isEmpty())) {
        problems.add(
            scan.path()
                + " holds data ("
                + (scan.metadataLog() ? "__cluster_metadata-0" : scan.partitions().getFirst())
                + ") but no meta.properties. Restore that file, or empty the directory.");
      }
    }
  }

  /// Rule 5, for a start.
  void content(FormatPlan plan) {
    StoredQuorum stored = content();
    boolean alone =
        request.bootstrapServers().isEmpty()
            && request.staticVoters().keySet().stream().allMatch(id -> id == plan.nodeId());
    if (stored != null && request.controller() && alone) {
      problems.addAll(
          Admission.quorumProblems(
              stored,
              plan.nodeId(),
              plan.directoryId(request.metadataDir()),
              !request.staticVoters().isEmpty()));
    }
  }

  /// Null where there is nothing, or nothing that can be read.
  private @Nullable StoredQuorum content() {
    DirectoryScan metadata =
        scans.stream()
            .filter(it -> it.path().equals(request.metadataDir()) && it.isFormatted())
            .findFirst()
            .orElse(null);
    if (metadata == null) {
      return null;
    }
    try {
      StoredQuorum stored = StoredQuorum.read(disk, metadata.path());
      List<Path> readable =
          scans.stream().filter(DirectoryScan::isFormatted).map(DirectoryScan::path).toList();
      problems.addAll(
          Admission.problems(disk, stored, metadata.path(), readable, request.unstableFeatures()));
      return stored;
    } catch (IOException e) {
      problems.add(
          "The directories cannot be read: " + e.getMessage() + ". `millrace doctor` says more.");
      return null;
    }
  }
}
