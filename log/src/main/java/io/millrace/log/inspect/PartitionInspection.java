package io.millrace.log.inspect;

import io.millrace.log.LastStop;
import io.millrace.log.format.CheckpointLines;
import io.millrace.log.format.LogFiles;
import io.millrace.log.format.MalformedFileException;
import io.millrace.log.format.PartitionMetadata;
import io.millrace.log.producer.ProducerTable;
import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/// Looks at one partition's folder.
final class PartitionInspection {

  private final Disk disk;
  private final Path folder;
  private final TopicPartition partition;
  private final long recoveryPoint;
  private final long storedStart;
  private final LastStop lastStop;
  private final List<Finding> findings = new ArrayList<>();

  private final List<Long> bases = new ArrayList<>();
  private long endOffset;
  private long sizeBytes;
  private long walkedBytes;
  private boolean tornTail;
  private boolean padded;

  /// @param recoveryPoint -1 when it is not known
  /// @param storedStart of `log-start-offset-checkpoint`
  /// @param lastStop how the directory's last user stopped
  PartitionInspection(
      Disk disk,
      Path folder,
      TopicPartition partition,
      long recoveryPoint,
      long storedStart,
      LastStop lastStop) {
    this.disk = disk;
    this.folder = folder;
    this.partition = partition;
    this.recoveryPoint = recoveryPoint;
    this.storedStart = storedStart;
    this.lastStop = lastStop;
  }

  PartitionReport run() throws IOException {
    Set<String> names = new LinkedHashSet<>(disk.list(folder));
    sortFiles(names);
    bases.sort(null);
    walkSegments();
    long start = Math.max(storedStart, bases.isEmpty() ? 0 : bases.getFirst());
    Uuid topicId = topicId();
    checkEpochs();
    checkSnapshots(names);
    return new PartitionReport(
        partition,
        folder,
        topicId,
        start,
        Math.max(endOffset, start),
        recoveryPoint,
        sizeBytes,
        bases.size(),
        walkedBytes,
        lastStop == LastStop.KILLED && !tornTail && !padded,
        findings);
  }

  private void sortFiles(Set<String> names) {
    for (String name : names) {
      String suffix = LogFiles.suffixOf(name);
      Path file = folder.resolve(name);
      switch (suffix) {
        case LogFiles.LOG -> bases.add(LogFiles.offsetOf(name));
        case LogFiles.OFFSET_INDEX, LogFiles.TIME_INDEX, LogFiles.TRANSACTION_INDEX -> {
          if (!names.contains(LogFiles.name(LogFiles.offsetOf(name), LogFiles.LOG))) {
            findings.add(Finding.mended(file, "has no segment and is removed"));
          }
        }
        default -> {
          if (suffix.endsWith(LogFiles.DELETED) || suffix.endsWith(LogFiles.CLEANED)) {
            findings.add(Finding.note(file, "is a leftover and is removed"));
          } else if (suffix.endsWith(LogFiles.SWAP)) {
            findings.add(
                Finding.mended(file, "is the end of a compaction, which the start finishes"));
          }
        }
      }
    }
  }

  private void walkSegments() throws IOException {
    List<long[]> ends = new ArrayList<>();
    for (int i = 0; i < bases.size(); i++) {
      SegmentWalk walk = new SegmentWalk(disk, folder, bases.get(i), findings);
      if (i > 0 && bases.get(i) < endOffset) {
        findings.add(
            Finding.damage(
                LogFiles.file(folder, bases.get(i), LogFiles.LOG),
                "begins at an offset that the segment before it holds, too"));
      }
      boolean last = i + 1 == bases.size();
      walk.run(last, recoveryPoint);
      endOffset = Math.max(endOffset, walk.nextOffset());
      sizeBytes += walk.size();
      tornTail |= last && walk.torn();
      padded |= walk.padded();
      ends.add(new long[] {walk.nextOffset(), walk.size()});
    }
    boolean asItIs = lastStop == LastStop.CLEAN && !tornTail && recoveryPoint >= endOffset;
    for (int i = 0; i < ends.size() && !asItIs; i++) {
      boolean last = i + 1 == ends.size();
      if (last || ends.get(i)[0] > recoveryPoint) {
        walkedBytes += ends.get(i)[1];
      }
    }
  }

  private Uuid topicId() throws IOException {
    try {
      return PartitionMetadata.read(disk, folder);
    } catch (MalformedFileException e) {
      findings.add(
          Finding.mended(
              folder.resolve(LogFiles.PARTITION_METADATA),
              "cannot be read and is written anew: " + e.getMessage()));
      return Uuid.ZERO_UUID;
    }
  }

  private void checkEpochs() throws IOException {
    Path file = folder.resolve(LogFiles.LEADER_EPOCHS);
    if (!disk.exists(file)) {
      return;
    }
    try {
      for (String[] entry : CheckpointLines.read(file, disk.read(file), 2)) {
        CheckpointLines.number(file, entry[0]);
        CheckpointLines.number(file, entry[1]);
      }
    } catch (MalformedFileException e) {
      findings.add(
          Finding.mended(file, "cannot be read and is built from the batches: " + e.getMessage()));
    }
  }

  private void checkSnapshots(Set<String> names) throws IOException {
    for (String name : names) {
      if (LogFiles.is(name, LogFiles.SNAPSHOT)
          && !new ProducerTable()
              .restore(
                  disk.read(folder.resolve(name)), LogFiles.offsetOf(name), 0, Long.MAX_VALUE)) {
        findings.add(
            Finding.mended(
                folder.resolve(name), "cannot be read; producers are found again in the batches"));
      }
    }
  }
}
