package io.millrace.simulation.audit;

import java.util.Map;
import java.util.TreeMap;

/// DESIGN §4, 5: the records of an idempotent producer are stored once, in order and without gaps.
/// Judged when everything sent is acknowledged and read. Where the beginning was deleted, the order
/// is that of what is left.
public final class StoredOnceInOrder {

  private StoredOnceInOrder() {}

  public static void check(Ledger ledger) {
    ledger
        .partitions()
        .forEach((partition, records) -> {
          Map<String, Integer> next = new TreeMap<>();
          boolean whole = ledger.deletions().begins(partition) == 0;
          records.stored.forEach((offset, record) -> {
            if (ledger.promise(record.producer()) != ProducerPromise.EXACTLY_ONCE_IN_ORDER) {
              return;
            }
            int expected = next.getOrDefault(record.producer(), whole ? 0 : record.number());
            if (record.number() != expected) {
              throw new InvariantBroken(
                  "StoredOnceInOrder",
                  record
                      + " is at offset "
                      + offset
                      + " of "
                      + partition
                      + ", where number "
                      + expected
                      + " is due");
            }
            next.put(record.producer(), expected + 1);
          });
          records.sent.forEach((producer, count) -> {
            boolean promised = ledger.promise(producer) == ProducerPromise.EXACTLY_ONCE_IN_ORDER;
            if (promised && next.getOrDefault(producer, whole ? 0 : count) != (int) count) {
              throw new InvariantBroken(
                  "StoredOnceInOrder",
                  producer
                      + " wrote "
                      + count
                      + " records to "
                      + partition
                      + ", "
                      + next.getOrDefault(producer, 0)
                      + " are there");
            }
          });
        });
  }
}
