package io.millrace.cli.doctor;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.JsonOption;
import io.millrace.cli.Logging;
import io.millrace.cli.Progress;
import io.millrace.runtime.Disk;
import io.millrace.runtime.real.LocalFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace doctor`.
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Say what is in a stopped node's data directories, Kafka's or Millrace's, whether it is"
          + " sound, and what the next start would do.",
      "Reads every batch and compares its checksum; writes nothing.",
      "Exit status: 0 sound, or mended by the next start alone; 1 damage, a start that would be"
          + " refused, or a node that is running."
    })
public final class DoctorCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(
      arity = "1..*",
      paramLabel = "DIR",
      description = "All directories in log.dirs (and metadata.log.dir) of one node.")
  List<Path> directories = List.of();

  @Option(
      names = {"-p", "--partitions"},
      description = "List every partition.")
  boolean partitions;

  @Mixin JsonOption json = new JsonOption();

  private volatile Path current = Path.of("");

  public DoctorCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Logging.forCommand(console.err());
    List<Path> paths = directories.stream().map(it -> it.toAbsolutePath().normalize()).toList();
    for (Path path : paths) {
      if (!Files.isDirectory(path)) {
        throw CommandFailure.usage(
            path + " is not a directory", "name what log.dirs in server.properties names");
      }
    }
    Disk disk = LocalFiles.disk();
    try (var _ = DirectoryHold.of(paths);
        var _ = Progress.show(console, () -> "reading " + current)) {
      Examination examination = Examination.of(disk, paths, folder -> current = folder);
      if (json.wanted()) {
        console.json(DoctorJson.of(examination));
      } else {
        new DoctorText(console, partitions).print(examination);
      }
      return examination.isSound() ? ExitCode.OK : ExitCode.FAILED;
    }
  }
}
