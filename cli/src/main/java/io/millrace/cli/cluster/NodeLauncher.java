package io.millrace.cli.cluster;

import io.millrace.cli.CommandFailure;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts a node as a process of its own: in its own session, so that no terminal's end or Ctrl-C
/// reaches it, output to a file. Every program on the way replaces itself by the next, so the pid
/// is the JVM's.
final class NodeLauncher {
  private NodeLauncher() {}

  /// Starts `millrace start` for a node of the cluster; does not wait.
  static OsProcess start(ClusterState cluster, ClusterNode node) {
    List<String> command = new ArrayList<>(ownSession());
    command.addAll(millrace());
    command.add("start");
    command.add("-c");
    command.add(cluster.propertiesFile(node).toString());
    command.addAll(node.formatOptions());
    File output = cluster.outputFile(node).toFile();
    var builder =
        new ProcessBuilder(command)
            .directory(cluster.directory().toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
            .redirectErrorStream(true);
    // What is built is what this process runs: a node must not wait for Maven.
    builder.environment().put("MILLRACE_SKIP_BUILD", "1");
    try {
      return OsProcess.of(builder.start().pid());
    } catch (IOException e) {
      throw CommandFailure.failed("cannot start node " + node.id() + ": " + e.getMessage(), "");
    }
  }

  /// What makes the next program a session leader under the same pid: util-linux' setsid (which
  /// forks only for a group leader, and a child of Java's is none), or Perl, which macOS has.
  private static List<String> ownSession() {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(":")) {
      Path setsid = Path.of(directory, "setsid");
      if (Files.isExecutable(setsid)) {
        return List.of(setsid.toString());
      }
    }
    return List.of("perl", "-MPOSIX=setsid", "-e", "setsid(); exec @ARGV or die $!;");
  }

  /// The launcher that started this process; without one (tests, an IDE) this JVM's own program.
  private static List<String> millrace() {
    String launcher = System.getProperty("millrace.launcher");
    if (launcher != null) {
      return List.of(launcher);
    }
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        System.getProperty("java.class.path"),
        "io.millrace.cli.Main");
  }
}
