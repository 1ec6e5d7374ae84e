package io.millrace.metadata.format;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/// Who this node is, as its directories say.
///
/// @param metadataDirectory the directory that holds `__cluster_metadata-0`
/// @param directoryIds every usable directory and its id, in the order of the configuration
public record NodeIdentity(
    String clusterId, int nodeId, Path metadataDirectory, Map<Path, Uuid> directoryIds) {

  public NodeIdentity {
    directoryIds = Collections.unmodifiableMap(new LinkedHashMap<>(directoryIds));
  }

  /// The id under which this node votes.
  public Uuid metadataDirectoryId() {
    Uuid id = directoryIds.get(metadataDirectory);
    if (id == null) {
      throw new IllegalStateException("no directory id for " + metadataDirectory);
    }
    return id;
  }
}
