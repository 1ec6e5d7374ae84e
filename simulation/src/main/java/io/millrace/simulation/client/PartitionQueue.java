package io.millrace.simulation.client;

import io.millrace.simulation.audit.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// A producer's batches of one partition: waiting, in flight, or to be sent again.
///
/// With sequences, a batch that is sent again goes alone, once it is the oldest of all that are not
/// acknowledged, and new ones wait behind it (the Java client's
/// `shouldStopDrainBatchesForPartition`). As there, new ones go to a new leader while the old one
/// has not answered: five to each, so that the new one may have stored more than five behind a
/// batch that comes once more. Only the very first goes alone until it is acknowledged, unlike the
/// Java client's: a broker takes a producer that it has never heard of at any sequence, as Kafka
/// does, and where it had refused the first batch or never got it, the beginning would be out of
/// order for ever.
final class PartitionQueue {

  private static final int MOST_WAITING = 20;

  private final TopicPartition partition;
  private final boolean sequenced;
  private final TreeMap<Integer, ProducerBatch> waiting = new TreeMap<>();
  private final TreeMap<Integer, ProducerBatch> inFlight = new TreeMap<>();

  /// Sequences in flight that were the oldest when they were sent.
  private final TreeSet<Integer> due = new TreeSet<>();

  /// The sequence after the last one sent.
  private int nextNew;

  private int made;
  private boolean acknowledged;

  PartitionQueue(TopicPartition partition, boolean sequenced) {
    this.partition = partition;
    this.sequenced = sequenced;
  }

  TopicPartition partition() {
    return partition;
  }

  boolean isEmpty() {
    return waiting.isEmpty() && inFlight.isEmpty();
  }

  boolean canTakeMore() {
    return waiting.size() < MOST_WAITING;
  }

  /// Makes a batch of new records.
  List<Written> make(String producer, int count, long nowMs, boolean compressed) {
    List<Written> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(new Written(producer, partition.partition(), made + i));
    }
    waiting.put(made, new ProducerBatch(partition, made, List.copyOf(records), nowMs, compressed));
    made += count;
    return records;
  }

  /// The batch to send to whoever leads now, if any may be; it is in flight from now on.
  @Nullable ProducerBatch next() {
    boolean unheardOf = sequenced && !acknowledged;
    if (waiting.isEmpty() || (unheardOf && !inFlight.isEmpty())) {
      return null;
    }
    ProducerBatch head = waiting.firstEntry().getValue();
    boolean repeated = head.sequence() < nextNew;
    boolean oldest = inFlight.isEmpty() || head.sequence() < inFlight.firstKey();
    if (sequenced && repeated && !oldest) {
      return null;
    }
    waiting.remove(head.sequence());
    if (oldest) {
      due.add(head.sequence());
    }
    inFlight.put(head.sequence(), head);
    nextNew = Math.max(nextNew, head.sequence() + 1);
    return head;
  }

  void acknowledged(ProducerBatch batch) {
    acknowledged = true;
    done(batch);
  }

  /// Whether nothing before it was unacknowledged when it was sent: no broker may find a gap then.
  boolean wasDue(ProducerBatch batch) {
    return due.contains(batch.sequence());
  }

  void again(ProducerBatch batch) {
    done(batch);
    waiting.put(batch.sequence(), batch);
  }

  void done(ProducerBatch batch) {
    inFlight.remove(batch.sequence());
    due.remove(batch.sequence());
  }

  @Override
  public String toString() {
    return partition.partition() + ":" + waiting.size() + "+" + inFlight.size();
  }
}
