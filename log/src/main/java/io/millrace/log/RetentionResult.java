package io.millrace.log;

import java.nio.file.Path;
import java.util.List;

/// What retention took out of a log.
///
/// @param deletedSegments how many segments left
/// @param deletedBytes their size
/// @param files renamed to `.deleted`, to be removed after `file.delete.delay.ms`
/// @param logStartOffset of the log afterwards
public record RetentionResult(
    int deletedSegments, long deletedBytes, List<Path> files, long logStartOffset) {

  static RetentionResult nothing(long logStartOffset) {
    return new RetentionResult(0, 0, List.of(), logStartOffset);
  }
}
