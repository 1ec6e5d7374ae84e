package io.millrace.cli.cluster;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The cluster's directory, which names the cluster in every command.
final class DirectoryOption {
  @Option(
      names = {"-d", "--dir"},
      required = true,
      paramLabel = "DIR",
      description = "The cluster's directory: data, output, cluster.json.")
  Path dir = Path.of("");

  Path absolute() {
    return dir.toAbsolutePath().normalize();
  }
}
