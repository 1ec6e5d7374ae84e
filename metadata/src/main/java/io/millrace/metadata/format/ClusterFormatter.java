package io.millrace.metadata.format;

import io.millrace.metadata.stored.Admission;
import io.millrace.metadata.stored.StoredQuorum;
import io.millrace.runtime.Disk;
import io.millrace.runtime.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at a node's directories before anything else touches them: checks that they belong to this
/// node and cluster, formats empty ones as `kafka-storage format` does, or refuses.
///
/// The rules, in the order in which they are applied:
/// 1. All formatted directories name one cluster and one node, and they are the ones asked for.
/// 2. The metadata log lies in the metadata directory only, and is there when the directory has
///    been in use: a voter that lost its log must not vote under the identity that it had.
/// 3. A node invents a cluster only where all its directories are empty and nothing names another
///    voter or a bootstrap server. Every other empty directory needs its cluster named, except
///    beside a metadata directory that was formatted and never used: formatting was interrupted.
/// 4. Where data directories are formatted and the metadata directory is not, the node was a voter
///    or may have been: it gets a new directory id and joins as an observer, or is refused.
/// 5. What the directories hold can be served here ([Admission]).
///
/// What is written: `bootstrap.checkpoint` and, in a dynamic quorum, the voters' checkpoint in
/// `__cluster_metadata-0`, and last of all `meta.properties`: a crash in between leaves the
/// directory empty in the sense of these rules.
public final class ClusterFormatter {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterFormatter.class);

  private final World world;
  private final FormatRequest request;
  private final List<DirectoryScan> scans = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private ClusterFormatter(World world, FormatRequest request) {
    this.world = world;
    this.request = request;
  }

  /// Blocks for the disk. Writes nothing when it refuses.
  public static FormatOutcome prepare(World world, FormatRequest request) {
    return new ClusterFormatter(world, request).prepare();
  }

  private FormatOutcome prepare() {
    Set<Path> directories = new LinkedHashSet<>(request.logDirs());
    directories.add(request.metadataDir());
    directories.forEach(path -> scans.add(DirectoryScan.of(world.disk(), path)));
    scans.stream().filter(scan -> !isOffline(scan)).forEach(this::checkUsable);
    checkOwners();
    checkMetadataPlace();
    if (!problems.isEmpty()) {
      return refused();
    }
    FormatPlan plan = FormatPlan.decide(request, scans, problems, this::newId);
    if (plan == null) {
      return refused();
    }
    checkContent(plan);
    if (!problems.isEmpty()) {
      return refused();
    }
    try {
      return apply(plan);
    } catch (IOException e) {
      return new FormatOutcome.Refused(
          List.of("The directories could not be formatted: " + e.getMessage()));
    }
  }

  private FormatOutcome refused() {
    return new FormatOutcome.Refused(problems);
  }

  /// A data directory whose disk fails is offline and no more, as long as another one works.
  private boolean isOffline(DirectoryScan scan) {
    return scan.failed()
        && !scan.path().equals(request.metadataDir())
        && scans.stream().anyMatch(DirectoryScan::isFormatted);
  }

  private void checkUsable(DirectoryScan scan) {
    if (scan.problem() != null) {
      problems.add(scan.problem() + ". Repair or replace it, or take it out of log.dirs.");
    }
  }

  private void checkOwners() {
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

  private void checkMetadataPlace() {
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

  /// Rule 5.
  private void checkContent(FormatPlan plan) {
    Disk disk = world.disk();
    DirectoryScan metadata =
        scans.stream()
            .filter(it -> it.path().equals(request.metadataDir()))
            .findFirst()
            .orElseThrow();
    MetaPropertiesFile owner = metadata.owner();
    if (owner == null) {
      return;
    }
    try {
      StoredQuorum stored = StoredQuorum.read(disk, metadata.path());
      List<Path> readable =
          scans.stream().filter(DirectoryScan::isFormatted).map(DirectoryScan::path).toList();
      problems.addAll(
          Admission.problems(disk, stored, metadata.path(), readable, request.unstableFeatures()));
      boolean alone =
          request.bootstrapServers().isEmpty()
              && request.staticVoters().keySet().stream().allMatch(id -> id == plan.nodeId());
      if (request.controller() && alone) {
        problems.addAll(
            Admission.quorumProblems(
                stored,
                plan.nodeId(),
                plan.directoryId(metadata.path()),
                !request.staticVoters().isEmpty()));
      }
    } catch (IOException e) {
      problems.add(
          "The directories cannot be read: " + e.getMessage() + ". `millrace doctor` says more.");
    }
  }

  private FormatOutcome apply(FormatPlan plan) throws IOException {
    Map<Path, Uuid> ids = new LinkedHashMap<>();
    for (DirectoryScan scan : scans) {
      if (isOffline(scan)) {
        LOG.error("{}; the directory is offline", scan.problem());
      } else {
        ids.put(scan.path(), plan.directoryId(scan.path()));
      }
    }
    // The metadata directory first: where it is formatted and was never used, a crash in between
    // has left the others, and the next start goes on.
    List<DirectoryScan> order = new ArrayList<>(scans);
    order.sort(Comparator.comparing(scan -> !scan.path().equals(request.metadataDir())));
    boolean formatted = false;
    for (DirectoryScan scan : order) {
      MetaPropertiesFile owner = scan.owner();
      if (owner == null && ids.containsKey(scan.path())) {
        format(scan.path(), plan, plan.directoryId(scan.path()));
        formatted = true;
      } else if (owner != null && owner.directoryId() == null) {
        new MetaPropertiesFile(plan.clusterId(), plan.nodeId(), plan.directoryId(scan.path()))
            .write(world.disk(), scan.path());
      }
    }
    return new FormatOutcome.Ready(
        new NodeIdentity(plan.clusterId(), plan.nodeId(), request.metadataDir(), ids), formatted);
  }

  private void format(Path directory, FormatPlan plan, Uuid id) throws IOException {
    LOG.info("Formatting {} for node {} of cluster {}", directory, plan.nodeId(), plan.clusterId());
    createDurably(directory);
    plan.writeCheckpoints(world, directory);
    new MetaPropertiesFile(plan.clusterId(), plan.nodeId(), id).write(world.disk(), directory);
  }

  /// Creates a directory and makes its name, and those of the parents made with it, durable: the
  /// disk may otherwise lose it with everything that was synced in it.
  private void createDurably(Path directory) throws IOException {
    List<Path> changed = new ArrayList<>();
    Path path = directory.toAbsolutePath();
    while (path.getParent() != null && !world.disk().exists(path)) {
      path = path.getParent();
      changed.add(path);
    }
    world.disk().createDirectories(directory);
    for (Path parent : changed) {
      world.disk().syncDirectory(parent);
    }
  }

  /// An id that is none of Kafka's reserved ones, and that no command line takes for an option.
  private Uuid newId() {
    while (true) {
      java.util.UUID random = world.entropy().uuid();
      Uuid id = new Uuid(random.getMostSignificantBits(), random.getLeastSignificantBits());
      if (!DirectoryId.reserved(id) && !id.toString().startsWith("-")) {
        return id;
      }
    }
  }

  /// Whether the text is 16 bytes in URL-safe base64.
  static boolean isClusterId(@Nullable String text) {
    if (text == null) {
      return false;
    }
    try {
      Uuid.fromString(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
