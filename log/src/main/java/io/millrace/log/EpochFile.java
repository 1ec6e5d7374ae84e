package io.millrace.log;

import io.millrace.log.format.CheckpointLines;
import io.millrace.log.format.LogFiles;
import io.millrace.log.format.MalformedFileException;
import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `leader-epoch-checkpoint`: an entry is an epoch and the offset that it began at.
final class EpochFile {

  private EpochFile() {}

  /// @throws MalformedFileException when the content cannot be used
  static LeaderEpochs read(Disk disk, Path dir) throws IOException {
    Path file = dir.resolve(LogFiles.LEADER_EPOCHS);
    List<String[]> entries = CheckpointLines.read(file, disk.read(file), 2);
    int[] epochs = new int[entries.size()];
    long[] starts = new long[entries.size()];
    for (int i = 0; i < epochs.length; i++) {
      long epoch = CheckpointLines.number(file, entries.get(i)[0]);
      starts[i] = CheckpointLines.number(file, entries.get(i)[1]);
      if (epoch < 0 || epoch > Integer.MAX_VALUE || starts[i] < 0) {
        throw new MalformedFileException(file, "epoch " + epoch + " at " + starts[i]);
      }
      epochs[i] = (int) epoch;
    }
    return LeaderEpochs.of(epochs, starts);
  }

  /// @param logEndOffset of the log that the epochs belong to
  static byte[] content(LeaderEpochs epochs, long logEndOffset) {
    List<String> lines = new ArrayList<>(epochs.size());
    epochs.forEachBelow(logEndOffset, (epoch, start) -> lines.add(epoch + " " + start));
    return CheckpointLines.write(lines);
  }
}
