package io.millrace.acceptance.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.storage.internals.checkpoint.CleanShutdownFileHandler;
import org.apache.kafka.storage.internals.checkpoint.LeaderEpochCheckpointFile;
import org.apache.kafka.storage.internals.checkpoint.OffsetCheckpointFile;
import org.apache.kafka.storage.internals.checkpoint.PartitionMetadataFile;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;

/// Kafka's `kafka-dump-log` as the judge of the files of a broker that was stopped cleanly. It is
/// asked to iterate every record, to compare both indexes with the log, to read producer snapshots,
/// and to decode the metadata and group logs; the checkpoint files, which it does not know, are
/// read with the classes Kafka itself reads them with.
///
/// The tool seldom says by its exit code that something is wrong: what it prints is searched.
public final class DumpLog {
  private static final Pattern COMPLAINT =
      Pattern.compile(
          "isvalid: false|invalid bytes at the end|Error at |Unknown record type|Could not|Exception");

  /// With `--deep-iteration` the tool thinks that every segment begins at offset 0, and says so of
  /// all others.
  private static final Pattern FIRST_BATCH_OF_A_LATER_SEGMENT =
      Pattern.compile(
          "Non-consecutive offsets in \\S+\\R {2}-1 is followed by \\d+(\\R(?! {2})|$)");

  private static final Pattern TOOL_FILE =
      Pattern.compile("\\d{20}(\\.log|\\.snapshot|\\.txnindex|-\\d{10}\\.checkpoint)");
  private static final Pattern INDEX_FILE = Pattern.compile("\\d{20}\\.(index|timeindex)");

  /// For each entry of a time index the tool walks the segment from its beginning: a larger index
  /// is looked at, but not compared with its log.
  private static final long MOST_TIME_INDEX_BYTES = 4 << 10;

  private DumpLog() {}

  /// Reads all there is below the given log directories; any fault fails.
  ///
  /// @return how many files were read
  public static int readsEverythingIn(List<Path> logDirs) {
    if (logDirs.isEmpty()) {
      throw new AssertionError("no log directory (none holds a meta.properties)");
    }
    int count = 0;
    for (Path logDir : logDirs) {
      List<Path> files = filesIn(logDir);
      List<Path> contents = matching(files, TOOL_FILE);
      List<Path> metadata = within(contents, "__cluster_metadata");
      List<Path> groups = within(contents, "__consumer_offsets");
      List<Path> plain = new ArrayList<>(contents);
      plain.removeAll(metadata);
      plain.removeAll(groups);
      List<Path> indexes = matching(files, INDEX_FILE);
      dump(plain, "--deep-iteration");
      dump(metadata, "--cluster-metadata-decoder");
      dump(groups, "--offsets-decoder");
      dump(indexes, "--index-sanity-check");
      dump(indexes.stream().filter(DumpLog::isSoonCompared).toList(), "--verify-index-only");
      count += contents.size() + indexes.size() + readCheckpoints(logDir, files);
    }
    return count;
  }

  private static boolean isSoonCompared(Path index) {
    try {
      return !index.toString().endsWith(".timeindex") || Files.size(index) <= MOST_TIME_INDEX_BYTES;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Has the tool read these files; returns what it printed.
  public static String dump(List<Path> files, String... options) {
    if (files.isEmpty()) {
      return "";
    }
    List<String> arguments = new ArrayList<>(Arrays.asList(options));
    arguments.add("--files");
    arguments.add(files.stream().map(Path::toString).collect(Collectors.joining(",")));
    Program.Ended dumped = KafkaTool.DUMP_LOG.run(arguments.toArray(String[]::new));
    dumped.expectSuccess();
    String complaints =
        FIRST_BATCH_OF_A_LATER_SEGMENT.matcher(dumped.err()).replaceAll("")
            + dumped
                .out()
                .lines()
                .filter(COMPLAINT.asPredicate())
                .collect(Collectors.joining("\n"));
    if (!complaints.isBlank()) {
      throw new AssertionError(
          "kafka-dump-log " + String.join(" ", options) + " says:\n" + complaints);
    }
    return dumped.out();
  }

  /// The files of a kind below a directory.
  public static List<Path> files(Path directory, String suffix) {
    return filesIn(directory).stream().filter(file -> file.toString().endsWith(suffix)).toList();
  }

  private static int readCheckpoints(Path logDir, List<Path> files) {
    LogDirFailureChannel failures = new LogDirFailureChannel(1);
    int count = 0;
    try {
      for (Path file : files) {
        switch (file.getFileName().toString()) {
          case "leader-epoch-checkpoint" ->
              new LeaderEpochCheckpointFile(file.toFile(), failures).read();
          case "recovery-point-offset-checkpoint",
              "replication-offset-checkpoint",
              "log-start-offset-checkpoint" ->
              new OffsetCheckpointFile(file.toFile(), failures).read();
          case "partition.metadata" -> new PartitionMetadataFile(file.toFile(), failures).read();
          default -> {
            continue;
          }
        }
        count++;
      }
    } catch (IOException e) {
      throw new AssertionError("Kafka cannot read a checkpoint file", e);
    }
    if (new CleanShutdownFileHandler(logDir.toString()).read().isEmpty()) {
      throw new AssertionError("no readable .kafka_cleanshutdown in " + logDir);
    }
    return count + 1;
  }

  private static List<Path> filesIn(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> matching(List<Path> files, Pattern name) {
    return files.stream()
        .filter(file -> name.matcher(file.getFileName().toString()).matches())
        .filter(file -> !folder(file).endsWith("-delete"))
        .toList();
  }

  private static List<Path> within(List<Path> files, String topic) {
    return files.stream().filter(file -> folder(file).matches(topic + "-\\d+")).toList();
  }

  private static String folder(Path file) {
    return Objects.requireNonNull(file.getParent()).getFileName().toString();
  }
}
