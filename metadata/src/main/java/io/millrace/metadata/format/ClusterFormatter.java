package io.millrace.metadata.format;

import io.millrace.runtime.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
/// 5. What the directories hold can be served here ([io.millrace.metadata.stored.Admission]).
///
/// What is written: `bootstrap.checkpoint` and, in a dynamic quorum, the voters' checkpoint in
/// `__cluster_metadata-0`, and last of all `meta.properties`: a crash in between leaves the
/// directory empty in the sense of these rules.
public final class ClusterFormatter {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterFormatter.class);

  private final World world;
  private final FormatRequest request;
  private final DirectoryChecks checks;

  private ClusterFormatter(World world, FormatRequest request) {
    this.world = world;
    this.request = request;
    this.checks = new DirectoryChecks(world.disk(), request);
  }

  /// Blocks for the disk. Writes nothing when it refuses.
  public static FormatOutcome prepare(World world, FormatRequest request) {
    return new ClusterFormatter(world, request).prepare();
  }

  private FormatOutcome prepare() {
    checks.owners();
    if (!checks.problems().isEmpty()) {
      return refused();
    }
    FormatPlan plan = FormatPlan.decide(request, checks.scans(), checks.problems(), this::newId);
    if (plan != null) {
      checks.content(plan);
    }
    if (plan == null || !checks.problems().isEmpty()) {
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
    return new FormatOutcome.Refused(checks.problems());
  }

  private FormatOutcome apply(FormatPlan plan) throws IOException {
    Map<Path, Uuid> ids = new LinkedHashMap<>();
    for (DirectoryScan scan : checks.scans()) {
      if (checks.isOffline(scan)) {
        LOG.error("{}; the directory is offline", scan.problem());
      } else {
        ids.put(scan.path(), plan.directoryId(scan.path()));
      }
    }
    // The metadata directory first: where it is formatted and was never used, a crash in between
    // has left the others, and the next start goes on.
    List<DirectoryScan> order = new ArrayList<>(checks.scans());
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
