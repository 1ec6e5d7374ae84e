package io.millrace.cli.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/// The node id that an earlier start wrote into a data directory's `meta.properties`.
final class StoredNodeIds {
  private StoredNodeIds() {}

  /// The id in the first of these directories that has one. A damaged file is no matter here: the
  /// start judges it.
  static OptionalInt in(List<Path> logDirs) {
    for (Path directory : logDirs) {
      Path file = directory.resolve("meta.properties");
      if (Files.isReadable(file)) {
        String id = NodeProperties.read(file).get("node.id");
        if (id != null && id.matches("\\d{1,9}")) {
          return OptionalInt.of(Integer.parseInt(id));
        }
      }
    }
    return OptionalInt.empty();
  }
}
