package io.millrace.log;

import io.millrace.log.segment.RottenRange;
import io.millrace.runtime.DiskFile;

/// What became of bytes that were to repair a rotten range.
public sealed interface RepairOutcome {

  /// All of the range is whole again, once the file is synced.
  ///
  /// @param file retained for the caller, who syncs and releases it
  record Whole(DiskFile file) implements RepairOutcome {}

  /// The range has become smaller.
  record Smaller(RottenRange left) implements RepairOutcome {}

  /// They are not what was there, or not whole themselves: nothing was written.
  record Unfit(String why) implements RepairOutcome {}

  /// The range is no more: cut, deleted, or repaired meanwhile.
  record Gone() implements RepairOutcome {}

  /// The one [Gone].
  RepairOutcome GONE = new Gone();
}
