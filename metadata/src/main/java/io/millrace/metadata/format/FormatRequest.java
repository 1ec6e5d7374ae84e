package io.millrace.metadata.format;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Endpoint;
import org.jspecify.annotations.Nullable;

/// What a start knows before it has looked at its directories.
///
/// @param nodeId `node.id`, null when the configuration has none
/// @param logDirs `log.dirs`, in order
/// @param metadataDir `metadata.log.dir`, the first of `logDirs` when not set
/// @param controller whether `process.roles` has `controller`
/// @param controllerEndpoints the controller listeners as others reach them; written into the first
///   voter set
/// @param staticVoters `controller.quorum.voters` by id; empty when not set
/// @param bootstrapServers `controller.quorum.bootstrap.servers`; empty when not set
/// @param clusterId `--cluster-id`, null when not given
/// @param initialControllers who votes first; null when the command line does not say
/// @param features `--feature name=level`
/// @param releaseVersion `--release-version`, null for the newest production version
/// @param unstableFeatures `unstable.feature.versions.enable`
public record FormatRequest(
    @Nullable Integer nodeId,
    List<Path> logDirs,
    Path metadataDir,
    boolean controller,
    List<Endpoint> controllerEndpoints,
    Map<Integer, InetSocketAddress> staticVoters,
    List<InetSocketAddress> bootstrapServers,
    @Nullable String clusterId,
    @Nullable InitialControllers initialControllers,
    Map<String, Short> features,
    @Nullable String releaseVersion,
    boolean unstableFeatures) {

  public FormatRequest {
    logDirs = List.copyOf(logDirs);
    controllerEndpoints = List.copyOf(controllerEndpoints);
    staticVoters = Collections.unmodifiableMap(new TreeMap<>(staticVoters));
    bootstrapServers = List.copyOf(bootstrapServers);
    features = Collections.unmodifiableMap(new LinkedHashMap<>(features));
  }
}
