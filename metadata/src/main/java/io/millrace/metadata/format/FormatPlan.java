package io.millrace.metadata.format;

import io.millrace.metadata.raft.MetadataLog;
import io.millrace.runtime.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.raft.DynamicVoters;
import org.apache.kafka.raft.VoterSet;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.snapshot.Snapshots;
import org.jspecify.annotations.Nullable;

/// What is to become of the directories, decided from what they hold and what was asked.
///
/// @param directoryIds of every usable directory, new ones for those that are to be formatted
/// @param features null when nothing is to be formatted
/// @param voters the first voter set; null in a static quorum, for a node that joins, and when the
///   metadata directory is formatted already
record FormatPlan(
    String clusterId,
    int nodeId,
    Path metadataDir,
    Map<Path, Uuid> directoryIds,
    @Nullable FeatureLevels features,
    @Nullable VoterSet voters) {

  /// Null when a rule forbids it; the reasons are then in `problems`.
  static @Nullable FormatPlan decide(
      FormatRequest request,
      List<DirectoryScan> scans,
      List<String> problems,
      Supplier<Uuid> newId) {
    Decision decision = new Decision(request, scans, problems, newId);
    FormatPlan plan = decision.decide();
    return problems.isEmpty() ? plan : null;
  }

  /// The id that a directory has or gets.
  Uuid directoryId(Path directory) {
    Uuid id = directoryIds.get(directory);
    if (id == null) {
      throw new IllegalArgumentException("not a directory of this node: " + directory);
    }
    return id;
  }

  /// Writes what belongs into a directory beside `meta.properties`.
  void writeCheckpoints(World world, Path directory) throws IOException {
    if (features == null) {
      return;
    }
    world
        .disk()
        .replace(
            directory.resolve(BootstrapFile.NAME),
            CheckpointBytes.of(
                world.clock(),
                KRaftVersion.KRAFT_VERSION_0,
                null,
                0,
                features.bootstrap().records()));
    if (voters != null && directory.equals(metadataDir)) {
      Path folder = directory.resolve(MetadataLog.FOLDER);
      world.disk().createDirectories(folder);
      world
          .disk()
          .replace(
              Snapshots.snapshotPath(folder, Snapshots.BOOTSTRAP_SNAPSHOT_ID),
              CheckpointBytes.of(
                  world.clock(),
                  features.kraftVersion(),
                  voters,
                  world.clock().wallMs(),
                  List.of()));
    }
  }

  /// One decision in the making.
  private record Decision(
      FormatRequest request,
      List<DirectoryScan> scans,
      List<String> problems,
      Supplier<Uuid> newId) {

    @Nullable FormatPlan decide() {
      MetaPropertiesFile owner =
          scans.stream()
              .map(DirectoryScan::owner)
              .filter(it -> it != null)
              .findFirst()
              .orElse(null);
      Integer nodeId = owner != null ? Integer.valueOf(owner.nodeId()) : request.nodeId();
      if (nodeId == null) {
        problems.add("node.id is not set and no directory says which node this is. Set node.id.");
        return null;
      }
      if (request.controller()
          && !request.staticVoters().isEmpty()
          && !request.staticVoters().containsKey(nodeId)) {
        problems.add(
            "controller.quorum.voters does not name this controller, node "
                + nodeId
                + ". Add it, or take controller out of process.roles.");
        return null;
      }
      boolean nothingToFormat = scans.stream().allMatch(it -> it.isFormatted() || it.failed());
      if (owner != null && nothingToFormat) {
        checkMetadataLogIsThere();
        return plan(owner.clusterId(), nodeId, null, null);
      }
      return owner != null ? formatRest(owner, nodeId) : formatAll(nodeId);
    }

    /// Rule 2. A directory that was formatted and never started has a checkpoint or nothing in it,
    /// and so does one whose log was deleted; what gives the latter away is that others were used.
    private void checkMetadataLogIsThere() {
      DirectoryScan metadata = metadataScan();
      if (!request.controller() || metadata.metadataLog()) {
        return;
      }
      boolean used = scans.stream().anyMatch(scan -> !scan.partitions().isEmpty());
      boolean alone = request.staticVoters().isEmpty() && request.bootstrapServers().isEmpty();
      if (used || (alone && !metadata.metadataFolder())) {
        problems.add(
            metadata.path()
                + " has lost its metadata log __cluster_metadata-0. Restore it from a backup; in a"
                + " quorum of several, empty the directory and start once with --cluster-id "
                + (metadata.owner() == null ? "ID" : metadata.owner().clusterId())
                + " --no-initial-controllers, so that this node joins again.");
      }
    }

    /// Some directories are formatted, some are not.
    private @Nullable FormatPlan formatRest(MetaPropertiesFile owner, int nodeId) {
      boolean metadataLost = !metadataScan().isFormatted();
      boolean neverUsed =
          !metadataLost
              && !metadataScan().metadataLog()
              && scans.stream().allMatch(scan -> scan.partitions().isEmpty());
      if (neverUsed) {
        return plan(owner.clusterId(), nodeId, levels(request.staticVoters().isEmpty()), null);
      }
      if (request.clusterId() == null) {
        problems.add(
            emptyDirectories()
                + " not formatted, but other directories of this node belong to cluster "
                + owner.clusterId()
                + ". If a disk is not mounted, mount it. "
                + (metadataLost
                    ? "The metadata log is among what is missing: restore it, or let this node join"
                        + " its quorum again with --cluster-id "
                        + owner.clusterId()
                        + " --no-initial-controllers."
                    : "If the directory is new, start once with --cluster-id "
                        + owner.clusterId()
                        + "."));
        return null;
      }
      if (metadataLost
          && request.controller()
          && (!request.staticVoters().isEmpty()
              || !(request.initialControllers() instanceof InitialControllers.None))) {
        problems.add(
            metadataScan().path()
                + " is empty, but this node has data of cluster "
                + owner.clusterId()
                + ": its metadata log is lost, and it must not vote as if it had nothing to lose. "
                + (request.staticVoters().isEmpty()
                    ? "Restore the log, or join again with --no-initial-controllers."
                    : "Restore the log: with controller.quorum.voters it would vote under its old"
                        + " identity."));
        return null;
      }
      return plan(owner.clusterId(), nodeId, levels(request.staticVoters().isEmpty()), null);
    }

    /// All directories are empty.
    private @Nullable FormatPlan formatAll(int nodeId) {
      boolean others =
          !request.bootstrapServers().isEmpty()
              || request.staticVoters().keySet().stream().anyMatch(id -> id != nodeId);
      InitialControllers wanted = request.initialControllers();
      boolean mayFound =
          request.controller()
              && !others
              && (wanted == null || wanted instanceof InitialControllers.Standalone);
      if (request.clusterId() == null && !mayFound) {
        problems.add(
            emptyDirectories()
                + " empty, and this node is to join a cluster that its configuration does not name."
                + " Start it once with --cluster-id ID"
                + (request.controller() && request.staticVoters().isEmpty()
                    ? " and --no-initial-controllers (the quorum exists) or --initial-controllers"
                        + " LIST (it is new). An ID for a new cluster: "
                        + newId.get()
                    : "")
                + ".");
        return null;
      }
      if (request.clusterId() != null && !ClusterFormatter.isClusterId(request.clusterId())) {
        problems.add(
            "--cluster-id "
                + request.clusterId()
                + " is not a cluster id (16 bytes in URL-safe base64). One for a new cluster: "
                + newId.get());
        return null;
      }
      String clusterId = request.clusterId() == null ? newId.get().toString() : request.clusterId();
      if (!request.staticVoters().isEmpty()) {
        if (wanted != null) {
          problems.add(
              "--standalone, --initial-controllers and --no-initial-controllers do not go with"
                  + " controller.quorum.voters, which already names the voters. Remove one of the"
                  + " two.");
          return null;
        }
        return plan(clusterId, nodeId, levels(false), null);
      }
      return plan(clusterId, nodeId, levels(true), voterSource(wanted, others));
    }

    private @Nullable InitialControllers voterSource(
        @Nullable InitialControllers wanted, boolean others) {
      if (!request.controller()) {
        return null;
      }
      if (wanted == null && others) {
        problems.add(
            "controller.quorum.bootstrap.servers names a quorum, but not whether it exists. Add"
                + " --no-initial-controllers to join it, --initial-controllers LIST if it is new,"
                + " or --standalone if this node is its first controller.");
        return null;
      }
      return wanted == null ? new InitialControllers.Standalone() : wanted;
    }

    private FormatPlan plan(
        String clusterId,
        int nodeId,
        @Nullable FeatureLevels features,
        @Nullable InitialControllers initial) {
      Map<Path, Uuid> ids = new LinkedHashMap<>();
      for (DirectoryScan scan : scans) {
        MetaPropertiesFile owner = scan.owner();
        ids.put(
            scan.path(),
            owner != null && owner.directoryId() != null ? owner.directoryId() : newId.get());
      }
      VoterSet voters = initial == null ? null : voters(initial, nodeId, ids);
      return new FormatPlan(clusterId, nodeId, request.metadataDir(), ids, features, voters);
    }

    private @Nullable VoterSet voters(InitialControllers initial, int nodeId, Map<Path, Uuid> ids) {
      return switch (initial) {
        case InitialControllers.None _ -> null;
        case InitialControllers.Standalone _ ->
            FirstVoters.standalone(
                nodeId, idOf(request.metadataDir(), ids), request.controllerEndpoints());
        case InitialControllers.Listed listed -> {
          try {
            DynamicVoters voters = DynamicVoters.parse(listed.specification());
            if (voters.voters().containsKey(nodeId)) {
              ids.put(request.metadataDir(), voters.voters().get(nodeId).directoryId());
            }
            yield FirstVoters.listed(voters, request.controllerEndpoints().getFirst().listener());
          } catch (IllegalArgumentException e) {
            problems.add(
                "--initial-controllers "
                    + listed.specification()
                    + ": "
                    + e.getMessage()
                    + " It is a list of id@host:port:directory-id.");
            yield null;
          }
        }
      };
    }

    private static Uuid idOf(Path directory, Map<Path, Uuid> ids) {
      Uuid id = ids.get(directory);
      if (id == null) {
        throw new IllegalStateException("no id for " + directory);
      }
      return id;
    }

    private @Nullable FeatureLevels levels(boolean dynamicQuorum) {
      try {
        return FeatureLevels.of(request.features(), request.releaseVersion(), dynamicQuorum);
      } catch (IllegalArgumentException e) {
        problems.add(String.valueOf(e.getMessage()));
        return null;
      }
    }

    private DirectoryScan metadataScan() {
      return scans.stream()
          .filter(scan -> scan.path().equals(request.metadataDir()))
          .findFirst()
          .orElseThrow();
    }

    private String emptyDirectories() {
      List<String> empty =
          scans.stream().filter(it -> !it.isFormatted()).map(it -> it.path().toString()).toList();
      return String.join(", ", empty) + (empty.size() == 1 ? " is" : " are");
    }
  }
}
