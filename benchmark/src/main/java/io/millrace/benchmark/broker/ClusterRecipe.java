package io.millrace.benchmark.broker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// How a make of broker forms a cluster whose nodes are broker and controller at once.
interface ClusterRecipe {

  /// Configures and formats `nodes` nodes below `directory` and says how to start each.
  List<Launch> nodes(Path directory, int nodes) throws IOException;
}
