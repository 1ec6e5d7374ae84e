package io.millrace.server;

import io.millrace.log.DamagedRange;
import io.millrace.log.LogDirectories;
import io.millrace.log.LogReports;
import io.millrace.log.PartitionLog;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes what logs report where operators look.
final class LoggedReports implements LogReports {

  private static final Logger LOG = LoggerFactory.getLogger(LoggedReports.class);

  private final LogDirectories directories;

  LoggedReports(LogDirectories directories) {
    this.directories = directories;
  }

  @Override
  public void damaged(Path log, DamagedRange range) {
    LOG.error(
        "{} is damaged: {}. Nothing was removed; reads of this range and all appends are refused until"
            + " it is repaired from another replica or the topic is deleted",
        log,
        range);
  }

  @Override
  public void rebuilt(Path file, String reason) {
    LOG.warn("{} was rebuilt: {}", file, reason);
  }

  @Override
  public void recoveryPointLowered(PartitionLog log) throws IOException {
    directories.lowerRecoveryPoint(log);
  }
}
