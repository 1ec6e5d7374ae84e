package io.millrace.cli.operate;

import io.millrace.cli.CommandFailure;
import io.millrace.metadata.balance.Goals;
import picocli.CommandLine.Option;

/// How full a disk may become.
final class DiskMark {
  @Option(
      names = "--full-percent",
      paramLabel = "PERCENT",
      description = {
        "A disk that is fuller is too full, and none is filled up to there",
        "(default: ${DEFAULT-VALUE}; 100 for no limit)."
      })
  private int percent = Goals.DEFAULT_FULL_PERCENT;

  int fullPercent() {
    if (percent < 1 || percent > 100) {
      throw CommandFailure.usage("--full-percent " + percent, "a number from 1 to 100");
    }
    return percent;
  }
}
