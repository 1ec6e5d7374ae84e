package io.millrace.log;

import io.millrace.log.segment.RottenRange;
import java.io.IOException;
import java.nio.file.Path;

/// What a log has to tell whoever runs it. Called under the log's guard or while it is opened, on
/// the thread that was using it; must not call back into the log.
public interface LogReports {

  /// The start has found bytes damaged and left them in place.
  void damaged(Path log, RottenRange range);

  /// All that the start has found damaged is repaired in place, and durable. Blocks.
  default void mended(Path log) {}

  /// The start has found less of a log than was synced: it ends at `endOffset`.
  default void lacking(Path log, long endOffset) {}

  /// A file that can be rebuilt (index, snapshot, checkpoint) was found unusable and was rebuilt.
  void rebuilt(Path file, String reason);

  /// The recovery point went back (truncation), so the stored checkpoint is too high until it is
  /// written again. Must have made the lower value durable when it returns. Blocks.
  void recoveryPointLowered(PartitionLog log) throws IOException;

  /// What was to be read from `offset` on is no batch: the log should be looked at.
  default void suspected(Path log, long offset) {}

  /// An append found the disk full and was refused, the first of maybe many.
  default void diskFull(Path log) {}

  /// The first append after that which found room.
  default void diskHasRoom(Path log) {}

  /// Keeps quiet.
  LogReports NONE =
      new LogReports() {
        @Override
        public void damaged(Path log, RottenRange range) {}

        @Override
        public void rebuilt(Path file, String reason) {}

        @Override
        public void recoveryPointLowered(PartitionLog log) {}
      };
}
