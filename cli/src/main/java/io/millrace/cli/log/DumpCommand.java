package io.millrace.cli.log;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.JsonOption;
import io.millrace.cli.Logging;
import io.millrace.cli.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace log dump`.
@Command(
    name = "dump",
    mixinStandardHelpOptions = true,
    description = {
      "Print what segment, index and checkpoint files hold, and check every batch's checksum.",
      "Reads only; a node may be running on them. Fails where damage is found."
    })
final class DumpCommand implements Callable<Integer> {
  private static final List<String> KINDS =
      List.of(".log", ".checkpoint", ".index", ".timeindex", "leader-epoch-checkpoint");

  private final Console console;

  @Parameters(
      arity = "1..*",
      paramLabel = "PATH",
      description = "Files, or directories of partitions whose files are meant.")
  List<Path> paths = List.of();

  @Option(
      names = {"-r", "--records"},
      description = "Print the records too, not only batches.")
  boolean records;

  @Option(
      names = "--from-offset",
      paramLabel = "N",
      defaultValue = "0",
      description = "Skip batches that end before this offset.")
  long fromOffset;

  @Option(
      names = {"-n", "--max-batches"},
      paramLabel = "N",
      defaultValue = "9223372036854775807",
      description = "Print at most so many batches of a file.")
  long maxBatches;

  @Mixin JsonOption json = new JsonOption();

  private volatile Path current = Path.of("");

  DumpCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Logging.forCommand(console.err());
    int damaged = 0;
    DumpOutput output = json.wanted() ? DumpOutput.json(console) : DumpOutput.text(console);
    try (var _ = Progress.show(console, () -> "reading " + current)) {
      for (Path file : files()) {
        current = file;
        damaged += dump(file, output) ? 0 : 1;
      }
    }
    console.flush();
    if (damaged > 0) {
      throw CommandFailure.failed(
          damaged + (damaged == 1 ? " file is" : " files are") + " damaged",
          "a torn tail is cut and an index rebuilt at the next start; see docs/operate.md");
    }
    return ExitCode.OK;
  }

  /// @return false if the file is damaged
  private boolean dump(Path file, DumpOutput output) throws IOException {
    String name = file.getFileName().toString();
    if (name.endsWith(".index")) {
      return IndexDump.offsets(file, output);
    }
    if (name.endsWith(".timeindex")) {
      return IndexDump.times(file, output);
    }
    if (name.equals("leader-epoch-checkpoint")) {
      Files.readAllLines(file).forEach(line -> output.row(file, "line", line));
      return true;
    }
    return new SegmentDump(file, output, records, fromOffset, maxBatches).run();
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw CommandFailure.usage(
            "there is no " + path, "name files, or directories such as DIR/flights-0");
      }
      if (Files.isDirectory(path)) {
        try (Stream<Path> within = Files.list(path)) {
          within
              .filter(Files::isRegularFile)
              .filter(DumpCommand::isKnown)
              .sorted()
              .forEach(files::add);
        }
      } else {
        files.add(path.toAbsolutePath());
      }
    }
    if (files.isEmpty()) {
      throw CommandFailure.usage(
          "no log files in " + paths, "name a partition's directory, such as DIR/flights-0");
    }
    return files;
  }

  private static boolean isKnown(Path file) {
    String name = file.getFileName().toString();
    return KINDS.stream().anyMatch(name::endsWith);
  }
}
