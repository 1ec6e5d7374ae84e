package io.millrace.simulation.audit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// What producers sent and were promised, and what anybody has read, a partition.
///
/// Judges at once what can be judged at once:
///
/// - `NothingInvented`: what is read was sent to that partition.
/// - `OffsetsAgree` (DESIGN §4, 2; Jepsen's *inconsistent offsets*): any two reads of an offset
///   agree, and the acknowledgement of a record that stays agrees with them.
/// - `StoredOnceInOrder` (5; *duplicate*): a record of an idempotent producer is at one offset
///   only.
///
/// The rest is judged at the end, by [AcknowledgedStays] and [StoredOnceInOrder].
public final class Ledger {

  /// The reader that reads everything when all is quiet.
  public static final String AUDITOR = "auditor";

  private final Map<String, ProducerPromise> promises = new TreeMap<>();
  private final Map<TopicPartition, PartitionRecords> partitions = new LinkedHashMap<>();
  private final DeletionStays deletions;
  private long acknowledged;
  private long sent;
  private long read;

  /// One partition's records.
  static final class PartitionRecords {
    /// Records sent, by producer: numbers below this exist.
    final Map<String, Integer> sent = new TreeMap<>();

    /// By producer, those whose records are stored once.
    final Map<String, AnsweredRun> answered = new TreeMap<>();

    /// Acknowledged records that must stay, by offset.
    final TreeMap<Long, Written> acknowledged = new TreeMap<>();

    /// What was read, by offset.
    final TreeMap<Long, Written> read = new TreeMap<>();

    /// What the auditor read at the end.
    final TreeMap<Long, Written> stored = new TreeMap<>();

    /// Where a record that is stored once was seen first.
    final Map<Written, Long> places = new LinkedHashMap<>();
  }

  public Ledger(DeletionStays deletions) {
    this.deletions = deletions;
  }

  public DeletionStays deletions() {
    return deletions;
  }

  /// Introduces a producer, before it sends anything.
  public void producer(String name, ProducerPromise promise) {
    promises.put(name, promise);
  }

  ProducerPromise promise(String producer) {
    return promises.getOrDefault(producer, ProducerPromise.NOTHING);
  }

  PartitionRecords of(TopicPartition partition) {
    return partitions.computeIfAbsent(partition, _ -> new PartitionRecords());
  }

  Map<TopicPartition, PartitionRecords> partitions() {
    return partitions;
  }

  public void sent(TopicPartition partition, Written record) {
    sent++;
    PartitionRecords records = of(partition);
    records.sent.merge(record.producer(), record.number() + 1, Math::max);
    if (promise(record.producer()) == ProducerPromise.EXACTLY_ONCE_IN_ORDER) {
      records.answered.computeIfAbsent(record.producer(), _ -> new AnsweredRun());
    }
  }

  /// @param offset where the broker says that the record is; -1 when it did not say
  public void acknowledged(TopicPartition partition, Written record, long offset) {
    acknowledged++;
    AnsweredRun answered = of(partition).answered.get(record.producer());
    if (answered != null) {
      answered.answered(record.number(), offset);
    }
    if (promise(record.producer()) == ProducerPromise.NOTHING || offset < 0) {
      return;
    }
    PartitionRecords records = of(partition);
    Written other = records.acknowledged.put(offset, record);
    if (other != null && !other.equals(record)) {
      throw new InvariantBroken(
          "OffsetsAgree",
          record + " and " + other + " were acknowledged at offset " + offset + " of " + partition);
    }
    agree(partition, records, offset, record, "was acknowledged");
  }

  /// @param floor as [DeletionStays#floor] told when the reader asked
  public void read(
      String reader, TopicPartition partition, long offset, Written record, long floor) {
    read++;
    deletions.read(reader, partition, offset, floor);
    PartitionRecords records = of(partition);
    if (record.partition() != partition.partition()
        || record.number() >= records.sent.getOrDefault(record.producer(), 0)) {
      throw new InvariantBroken(
          "NothingInvented",
          reader + " read " + record + " at " + offset + " of " + partition + ": never sent");
    }
    agree(partition, records, offset, record, "was read by " + reader);
    records.read.put(offset, record);
    if (reader.equals(AUDITOR)) {
      records.stored.put(offset, record);
    }
  }

  private void agree(
      TopicPartition partition, PartitionRecords records, long offset, Written record, String how) {
    Written before = records.read.get(offset);
    if (before == null) {
      before = records.acknowledged.get(offset);
    }
    if (before != null && !before.equals(record)) {
      throw new InvariantBroken(
          "OffsetsAgree",
          record + " " + how + " at " + offset + " of " + partition + ", where " + before + " was");
    }
    if (promise(record.producer()) == ProducerPromise.EXACTLY_ONCE_IN_ORDER) {
      Long place = records.places.put(record, offset);
      if (place != null && place != offset) {
        throw new InvariantBroken(
            "StoredOnceInOrder",
            record + " " + how + " at " + offset + " of " + partition + ", but is at " + place);
      }
    }
  }

  /// What is below is known to be committed, no group will ask for it again, and no producer will
  /// send it again that is to be recognised by it: the newest record of which it has its answer
  /// stays, since a replica that is made anew knows of producers what is in the log, no more.
  public long deletable(TopicPartition partition) {
    PartitionRecords records = of(partition);
    long known =
        Math.max(
            records.read.isEmpty() ? 0 : records.read.lastKey() + 1,
            records.acknowledged.isEmpty() ? 0 : records.acknowledged.lastKey() + 1);
    for (AnsweredRun answered : records.answered.values()) {
      known = Math.min(known, Math.max(0, answered.lastOffset()));
    }
    return Math.min(known, deletions.free(partition));
  }

  /// The record read at an offset, if any was.
  public @Nullable Written at(TopicPartition partition, long offset) {
    return of(partition).read.get(offset);
  }

  public long acknowledgedRecords() {
    return acknowledged;
  }

  public long sentRecords() {
    return sent;
  }

  public long readRecords() {
    return read;
  }
}
