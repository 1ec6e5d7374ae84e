package io.millrace.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The word `millrace` alone: shows what there is.
@Command(
    name = "millrace",
    mixinStandardHelpOptions = true,
    versionProvider = MillraceCommand.VersionLines.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "A distributed event streaming platform that speaks Apache Kafka's protocol.",
    footer = {
      "",
      "Exit status: 0 done, 1 failed, 2 wrong usage or configuration, 3 no node answered.",
      "JVM options: MILLRACE_OPTS. Log levels: -Dlog.level=DEBUG there."
    })
final class MillraceCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  /// For picocli.
  static final class VersionLines implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return Version.lines().toArray(String[]::new);
    }
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
