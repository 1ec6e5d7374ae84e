package io.millrace.server;

import io.millrace.log.LogDirectories;
import io.millrace.log.LogReports;
import io.millrace.log.PartitionLog;
import io.millrace.log.segment.RottenRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes what logs report where operators look.
final class LoggedReports implements LogReports {

  private static final Logger LOG = LoggerFactory.getLogger(LoggedReports.class);

  private final LogDirectories directories;

  /// Directories that were found full. Guarded by itself.
  private final Set<Path> full = new TreeSet<>();

  LoggedReports(LogDirectories directories) {
    this.directories = directories;
  }

  @Override
  public void damaged(Path log, RottenRange range) {
    LOG.error(
        "{} is damaged: {}. Nothing was removed; reads of this range and all appends are refused until"
            + " it is repaired from another replica, or deleted",
        log,
        range);
  }

  @Override
  public void lacking(Path log, long endOffset) {
    LOG.error(
        "{} ends at offset {}, and more had been synced: files were lost or cut from outside. This broker"
            + " leaves the in-sync replicas and follows those that have the rest; where there are none,"
            + " restore the folder from a backup while the node is stopped",
        log,
        endOffset);
  }

  @Override
  public void mended(Path log) {
    LOG.info("{} is repaired: nothing of it is damaged any more", log);
    directories.mended(log);
  }

  @Override
  public void rebuilt(Path file, String reason) {
    LOG.warn("{} was rebuilt: {}", file, reason);
  }

  @Override
  public void suspected(Path log, long offset) {
    directories.suspect(log, offset);
  }

  @Override
  public void diskFull(Path log) {
    Path directory = log.resolveSibling(".").normalize();
    synchronized (full) {
      if (full.add(directory)) {
        LOG.error(
            "{} is full: producers are told to try again, consumers go on reading. Free some space, or"
                + " shorten the retention of a topic",
            directory);
      }
    }
  }

  @Override
  public void diskHasRoom(Path log) {
    Path directory = log.resolveSibling(".").normalize();
    synchronized (full) {
      if (full.remove(directory)) {
        LOG.info("{} has room again", directory);
      }
    }
  }

  @Override
  public void recoveryPointLowered(PartitionLog log) throws IOException {
    directories.lowerRecoveryPoint(log);
  }
}
