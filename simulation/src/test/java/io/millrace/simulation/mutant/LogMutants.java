package io.millrace.simulation.mutant;

import static io.millrace.simulation.mutant.Edit.in;

import java.util.List;
import java.util.Set;

/// Bugs of one log on one disk: producers, recovery, durability.
final class LogMutants {

  private static final String THREE =
      "nodes=3 durability=page-cache seconds=20 " + Mutant.PLAIN + " faults=";
  private static final String ONE =
      "nodes=1 durability=page-cache seconds=20 " + Mutant.PLAIN + " faults=";
  private static final String ONE_SYNCED =
      "nodes=1 durability=fsync seconds=20 " + Mutant.PLAIN + " faults=";

  /// What is synced and committed, and so may rot, is written down every ten seconds.
  private static final String ROT =
      "nodes=3 durability=fsync seconds=24 " + Mutant.PLAIN + " faults=bit-flip";

  private static final String QUIET =
      "nodes=1 durability=page-cache seconds=6 " + Mutant.PLAIN + " faults=none";

  private LogMutants() {}

  static List<Mutant> all() {
    return List.of(
        Mutant.of(
                "stores a repeated batch again",
                THREE + "kill,cut,pause,reset",
                in("log.producer.ProducerTable", "check").takes("sequenceFits", true),
                in("log.producer.ProducerTable", "check").takes("duplicateOf", -1))
            .caught(1, Mutant.REPEATED),
        Mutant.of(
                "does not know a repeated batch again",
                THREE + "kill,cut,pause,reset",
                in("log.producer.ProducerTable", "check").takes("duplicateOf", -1))
            .caught(1, Mutant.REPEATED),
        Mutant.of(
                "does not know an old batch again",
                THREE + "cut,cut-one-way",
                in("log.producer.ProducerTable", "check").takes("isBehind", false))
            .caught(2, Mutant.REPEATED),
        Mutant.of(
                "forgets producers at a start",
                ONE + "kill,restart",
                in("log.ProducerRecovery", "rebuildByIndexes").doesNotCall("replayFrom"))
            .caught(1, Mutant.REPEATED),
        Mutant.of(
                "keeps producers of what it cut",
                THREE + "kill,cut,pause,reset,cut-one-way",
                in("log.LogTruncation", "cut").doesNotCall("afterTruncation"))
            .caught(2, Mutant.LOST),
        Mutant.of(
                "a follower does not note producers",
                THREE + "kill,cut,pause,reset",
                in("log.LogAppender", "noteBatches").doesNotCall("replay"))
            .caught(1, Mutant.REPEATED),
        Mutant.of(
                "keeps a torn batch",
                THREE + "power,kill",
                in("log.segment.SegmentRecovery", "run").passes(false, "scan"))
            .caught(2, Mutant.LOST),
        Mutant.of(
                "a flush does not sync the folder",
                ONE_SYNCED + "power,blackout",
                in("log.LogFlush", "run").doesNotCall("syncDirectory"))
            .caught(1, Mutant.LOST),
        Mutant.of("gives an offset twice", QUIET, in("log.LogAppender", "write").confuses(6, 4))
            .caught(1, Mutant.LOST),
        Mutant.of(
                "a flush does not sync the segment",
                ONE_SYNCED + "power",
                in("log.LogFlush", "run").doesNotCall("DiskFile.sync"))
            .caught(1, Mutant.STUCK),
        Mutant.of(
                "a scrub does not compare checksums",
                ROT,
                in("log.scrub.SegmentScrub", "<init>").passes(false, "BatchScanner.<init>"))
            .caught(1, Mutant.STUCK),
        Mutant.of(
                "nobody hears what a scrub has found",
                ROT,
                in("log.scrub.LogScrub", "report").doesNotCall("onRot"))
            .caught(1, Mutant.STUCK),
        Mutant.of(
                "a repair is written beside what is rotten",
                ROT,
                in("log.RangeRepair", "write").isOff("RottenRange.position", 1))
            .caught(1, Set.of("EveryRequestAnswered", "OffsetsAgree", "LogMatching", "Progress")),
        Mutant.of(
                "answers a repeated batch with a wrong offset",
                THREE + "kill,cut,pause,reset",
                in("log.LogAppender", "asLeader").isOff("duplicateFirstOffset", 1))
            .caught(1, Mutant.LOST));
  }
}
