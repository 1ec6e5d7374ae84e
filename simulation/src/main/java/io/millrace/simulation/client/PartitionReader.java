package io.millrace.simulation.client;

import io.millrace.simulation.audit.InvariantBroken;
import io.millrace.simulation.audit.Ledger;
import io.millrace.simulation.audit.Written;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.FetchSessionHandler;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/// The fetching part of a consumer: positions of the partitions that are assigned, one incremental
/// fetch session and one request at a time for each leader, built by Kafka's own
/// `FetchSessionHandler`.
///
/// Judges what it sees (Jepsen's *poll skip* and *non-monotonic poll*): offsets of a partition come
/// without gaps from the position on, since nothing here is compacted or transactional. Where
/// records were deleted on purpose, a reader goes on at the new beginning; a member of a group, who
/// never begins below it while the partition is its own, only waits to hear that it is not.
///
/// A reader of committed transactions only is told where the last stable offset is, and reads up to
/// there. Nobody writes in transactions, so that it is the high watermark (`StableIsCommitted`).
final class PartitionReader {

  private static final int MAX_WAIT_MS = 300;
  private static final int MAX_BYTES = 64 * 1024;
  private static final int PARTITION_BYTES = 4 * 1024;
  private static final long LEAST_PAUSE_NANOS = 20_000_000L;
  private static final int PAUSE_NANOS = 60_000_000;

  private final ClusterClient cluster;
  private final String topic;
  private final Ledger ledger;
  private final BooleanSupplier damageAllowed;
  private final boolean skipsDeleted;
  private final IsolationLevel isolation;
  private final Map<TopicPartition, Position> positions = new TreeMap<>(Requests.BY_NAME);
  private final Map<Integer, FetchSessionHandler> sessions = new TreeMap<>();
  private final Set<Integer> busy = new TreeSet<>();
  private boolean running;
  private boolean refreshing;
  private int starts;
  private long requests;
  private long assignments;

  /// Where a partition is read.
  private static final class Position {
    final long assignment;
    long next;

    /// What may be read ends there.
    long end = Long.MAX_VALUE;

    /// The leader is asked where the log begins, or ends.
    boolean seeking;

    Position(long assignment, long next) {
      this.assignment = assignment;
      this.next = next;
    }
  }

  /// What a fetch asked of a partition.
  ///
  /// @param offset from where on; the position may be another when the answer comes, since a new
  ///   leader is asked while the old one's answer is still on its way
  /// @param floor what was deleted for good when it left
  private record Asked(long assignment, long offset, long floor) {}

  /// @param damageAllowed whether a batch that fails its checksum is expected now; it is read again
  /// @param skipsDeleted whether to go on behind what was deleted
  PartitionReader(
      ClusterClient cluster,
      String topic,
      Ledger ledger,
      BooleanSupplier damageAllowed,
      boolean skipsDeleted,
      IsolationLevel isolation) {
    this.skipsDeleted = skipsDeleted;
    this.isolation = isolation;
    this.cluster = cluster;
    this.topic = topic;
    this.ledger = ledger;
    this.damageAllowed = damageAllowed;
  }

  /// Begins to fetch what is assigned, and goes on until stopped.
  void start() {
    sessions.clear();
    running = true;
    run(++starts);
  }

  void stop() {
    running = false;
  }

  long requests() {
    return requests;
  }

  /// Adds the partition, or moves its position (a seek). A new one begins new sessions, since a
  /// session that knows it says nothing of it while nothing changes.
  void assign(TopicPartition partition, long position) {
    Position before = positions.get(partition);
    Position now = new Position(++assignments, position);
    if (before == null) {
      sessions.clear();
    } else {
      now.end = before.end;
    }
    positions.put(partition, now);
  }

  /// Goes on where the leader says that what may be read ends (a seek to the end).
  void seekEnd(TopicPartition partition) {
    assign(partition, position(partition));
    seek(partition, ListOffsetsRequest.LATEST_TIMESTAMP);
  }

  void revoke(TopicPartition partition) {
    positions.remove(partition);
  }

  Set<TopicPartition> assigned() {
    return Set.copyOf(positions.keySet());
  }

  /// The next offset to be read, or -1 when the partition is not assigned.
  long position(TopicPartition partition) {
    Position position = positions.get(partition);
    return position == null ? -1 : position.next;
  }

  /// Whether everything below the ends that were last told has been read.
  boolean isAtEnd() {
    return positions.values().stream()
        .allMatch(position -> !position.seeking && position.next >= position.end);
  }

  /// Forgets the ends, so that [#isAtEnd] waits for new answers.
  void forgetEnds() {
    sessions.clear();
    positions.values().forEach(position -> position.end = Long.MAX_VALUE);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    positions.forEach((partition, position) ->
        text.append(
            String.format(
                "%d at %d of %s (leader %d, epoch %d) ",
                partition.partition(),
                position.next,
                position.end == Long.MAX_VALUE ? "?" : position.end,
                cluster.leader(partition),
                cluster.leaderEpoch(partition))));
    return text.append("busy ").append(busy).toString();
  }

  private void run(int ofStart) {
    if (!running || ofStart != starts) {
      return;
    }
    Map<Integer, List<TopicPartition>> byLeader = new TreeMap<>();
    boolean missing = false;
    for (TopicPartition partition : positions.keySet()) {
      int leader = cluster.leader(partition);
      if (leader < 0) {
        missing = true;
      } else if (!Requests.present(positions.get(partition)).seeking) {
        byLeader.computeIfAbsent(leader, _ -> new ArrayList<>()).add(partition);
      }
    }
    if (missing) {
      refresh();
    }
    byLeader.forEach((leader, partitions) -> {
      if (busy.add(leader)) {
        fetch(leader, partitions);
      }
    });
    cluster
        .loop()
        .schedule(LEAST_PAUSE_NANOS + cluster.random().nextInt(PAUSE_NANOS), () -> run(ofStart));
  }

  private void refresh() {
    if (!refreshing) {
      refreshing = true;
      cluster.refresh(List.of(topic), _ -> refreshing = false);
    }
  }

  private void fetch(int leader, List<TopicPartition> partitions) {
    requests++;
    FetchSessionHandler session =
        sessions.computeIfAbsent(
            leader, id -> new FetchSessionHandler(new LogContext(cluster.name()), id));
    FetchSessionHandler.Builder builder = session.newBuilder(partitions.size(), false);
    Map<TopicPartition, Asked> asked = new LinkedHashMap<>();
    for (TopicPartition partition : partitions) {
      Position position = Requests.present(positions.get(partition));
      asked.put(partition, new Asked(position.assignment, position.next, floor(partition)));
      builder.add(
          partition,
          new FetchRequest.PartitionData(
              cluster.topicId(partition.topic()),
              position.next,
              FetchRequest.INVALID_LOG_START_OFFSET,
              PARTITION_BYTES,
              Requests.epoch(cluster.leaderEpoch(partition))));
    }
    FetchSessionHandler.FetchRequestData data = builder.build();
    FetchRequestData request =
        FetchRequest.Builder.forConsumer(
                ApiKeys.FETCH.latestVersion(), MAX_WAIT_MS, 1, data.toSend())
            .metadata(data.metadata())
            .removed(data.toForget())
            .replaced(data.toReplace())
            .setMaxBytes(MAX_BYTES)
            .isolationLevel(isolation)
            .build(ApiKeys.FETCH.latestVersion())
            .data();
    cluster
        .broker(leader)
        .send(
            ApiKeys.FETCH,
            request,
            answer -> {
              busy.remove(leader);
              onAnswer(
                  session, asked, answer instanceof FetchResponseData fetched ? fetched : null);
            });
  }

  private void onAnswer(
      FetchSessionHandler session,
      Map<TopicPartition, Asked> asked,
      @Nullable FetchResponseData answer) {
    if (answer == null) {
      session.handleError(new java.io.IOException("connection lost"));
      refresh();
      return;
    }
    if (!session.handleResponse(FetchResponse.of(answer), ApiKeys.FETCH.latestVersion())) {
      refresh();
      return;
    }
    for (FetchResponseData.FetchableTopicResponse of : answer.responses()) {
      String name = cluster.topicName(of.topicId());
      for (FetchResponseData.PartitionData data : of.partitions()) {
        if (name != null) {
          TopicPartition partition = new TopicPartition(name, data.partitionIndex());
          Position position = positions.get(partition);
          // A seek in between makes the answer one to another question.
          Asked one = asked.get(partition);
          if (position != null && one != null && one.assignment() == position.assignment) {
            onPartition(partition, position, one, data);
          }
        }
      }
    }
  }

  private void onPartition(
      TopicPartition partition,
      Position position,
      Asked asked,
      FetchResponseData.PartitionData data) {
    Errors error = Errors.forCode(data.errorCode());
    switch (error) {
      case NONE -> {
        read(partition, position, asked.floor(), data);
        position.end = end(partition, data);
      }
      case OFFSET_OUT_OF_RANGE -> {
        if (!ledger.deletions().mayBeGone(partition, asked.offset())) {
          throw new InvariantBroken(
              "AcknowledgedStays",
              String.format(
                  "%s read %s up to %d and is told that this is out of range (epoch %d)",
                  cluster.name(), partition, asked.offset(), cluster.leaderEpoch(partition)));
        }
        if (skipsDeleted && asked.offset() == position.next) {
          seek(partition, ListOffsetsRequest.EARLIEST_TIMESTAMP);
        } else {
          refresh();
        }
      }
      case CORRUPT_MESSAGE, UNKNOWN_SERVER_ERROR -> {
        if (!damageAllowed.getAsBoolean()) {
          throw new InvariantBroken(
              "EveryRequestAnswered", cluster.name() + " got " + error + " for " + partition);
        }
        refresh();
      }
      default -> refresh();
    }
  }

  private long floor(TopicPartition partition) {
    return ledger.deletions().floor(partition, cluster.leaderEpoch(partition));
  }

  private long end(TopicPartition partition, FetchResponseData.PartitionData data) {
    if (isolation == IsolationLevel.READ_UNCOMMITTED) {
      return data.highWatermark();
    }
    boolean aborted = data.abortedTransactions() != null && !data.abortedTransactions().isEmpty();
    if (aborted || data.lastStableOffset() != data.highWatermark()) {
      throw new InvariantBroken(
          "StableIsCommitted",
          cluster.name() + " is told of a transaction in " + partition + ": " + data);
    }
    return data.lastStableOffset();
  }

  /// Asks the leader where the log begins, or what may be read ends, and goes on there.
  private void seek(TopicPartition partition, long timestamp) {
    Position position = Requests.present(positions.get(partition));
    position.seeking = true;
    seek(partition, position, timestamp);
  }

  private void seek(TopicPartition partition, Position position, long timestamp) {
    int leader = cluster.leader(partition);
    if (!running || positions.get(partition) != position) {
      return;
    }
    if (leader < 0) {
      refresh();
      cluster.later(() -> seek(partition, position, timestamp));
      return;
    }
    long floor = floor(partition);
    cluster
        .broker(leader)
        .send(
            ApiKeys.LIST_OFFSETS,
            Requests.offset(partition, cluster.leaderEpoch(partition), timestamp, isolation),
            answer -> {
              ListOffsetsPartitionResponse found =
                  answer instanceof ListOffsetsResponseData data
                      ? data.topics().getFirst().partitions().getFirst()
                      : null;
              if (found == null || found.errorCode() != Errors.NONE.code()) {
                refresh();
                cluster.later(() -> seek(partition, position, timestamp));
                return;
              }
              if (timestamp == ListOffsetsRequest.EARLIEST_TIMESTAMP) {
                ledger.deletions().begins(cluster.name(), partition, found.offset(), floor);
                position.next = Math.max(position.next, found.offset());
              } else {
                position.next = found.offset();
              }
              position.seeking = false;
            });
  }

  private void read(
      TopicPartition partition,
      Position position,
      long floor,
      FetchResponseData.PartitionData data) {
    if (data.records() == null) {
      return;
    }
    Iterator<? extends RecordBatch> batches = ((Records) data.records()).batches().iterator();
    for (RecordBatch batch = sound(batches, partition);
        batch != null;
        batch = sound(batches, partition)) {
      for (Record record : batch) {
        if (record.offset() < position.next) {
          continue;
        }
        if (record.offset() > position.next) {
          throw new InvariantBroken(
              "NoPollSkip",
              cluster.name()
                  + " got offset "
                  + record.offset()
                  + " of "
                  + partition
                  + " where "
                  + position.next
                  + " is next");
        }
        Written written = Written.parse(Utils.toArray(record.value()));
        ledger.read(cluster.name(), partition, record.offset(), written, floor);
        position.next = record.offset() + 1;
      }
    }
  }

  /// The next batch; null at the end, and at one that is damaged where that may be.
  private @Nullable RecordBatch sound(
      Iterator<? extends RecordBatch> batches, TopicPartition partition) {
    try {
      RecordBatch batch = batches.hasNext() ? batches.next() : null;
      if (batch != null) {
        batch.ensureValid();
      }
      return batch;
    } catch (CorruptRecordException | InvalidRecordException e) {
      if (damageAllowed.getAsBoolean()) {
        return null;
      }
      throw new InvariantBroken("OffsetsAgree", partition + ": the checksum is wrong: " + e);
    }
  }
}
