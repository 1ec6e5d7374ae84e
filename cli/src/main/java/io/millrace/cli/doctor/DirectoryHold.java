package io.millrace.cli.doctor;

import io.millrace.cli.CommandFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Keeps nodes from starting on directories while they are looked at: a shared lock of each `.lock`
/// file, which Kafka and Millrace lock exclusively. Where there is no such file nobody ever used
/// the directory, and none is made.
final class DirectoryHold implements AutoCloseable {
  private final Deque<FileChannel> channels = new ArrayDeque<>();

  private DirectoryHold() {}

  /// @throws CommandFailure if a node uses one of them
  static DirectoryHold of(List<Path> directories) throws IOException {
    var hold = new DirectoryHold();
    try {
      for (Path directory : directories) {
        Path file = directory.resolve(".lock");
        if (Files.exists(file)) {
          hold.take(directory, file);
        }
      }
      return hold;
    } catch (CommandFailure | IOException e) {
      hold.close();
      throw e;
    }
  }

  private void take(Path directory, Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    channels.push(channel);
    boolean taken;
    try {
      taken = channel.tryLock(0, Long.MAX_VALUE, true) != null;
    } catch (OverlappingFileLockException _) {
      taken = false;
    }
    if (!taken) {
      throw CommandFailure.failed(
          directory + " is in use by a running node",
          "stop the node first, or look at a copy; files that are being written tell nothing");
    }
  }

  @Override
  public void close() {
    for (FileChannel channel : channels) {
      try {
        channel.close();
      } catch (IOException _) {
        // The lock ends with the process at the latest.
      }
    }
  }
}
