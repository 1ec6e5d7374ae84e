package io.millrace.simulation.audit;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/// DESIGN §4, 1 and 2 (Jepsen's *lost write*): what was acknowledged, and what anybody has read, is
/// at its offset, with its bytes. Judged when the auditor has read every partition to its end.
public final class AcknowledgedStays {

  private AcknowledgedStays() {}

  public static void check(Ledger ledger) {
    ledger
        .partitions()
        .forEach((partition, records) -> {
          long begins = ledger.deletions().begins(partition);
          check(
              partition,
              records.acknowledged.tailMap(begins, true),
              "was acknowledged",
              records.stored);
          check(partition, records.read.tailMap(begins, true), "was read", records.stored);
        });
  }

  private static void check(
      TopicPartition partition,
      SortedMap<Long, Written> promised,
      String how,
      TreeMap<Long, Written> stored) {
    for (Map.Entry<Long, Written> entry : promised.entrySet()) {
      Written found = stored.get(entry.getKey());
      if (!entry.getValue().equals(found)) {
        throw new InvariantBroken(
            "AcknowledgedStays",
            String.format(
                "%s %s at offset %d of %s, where there is %s; the last offset is %s",
                entry.getValue(),
                how,
                entry.getKey(),
                partition,
                found,
                stored.isEmpty() ? "none" : stored.lastKey()));
      }
    }
  }
}
