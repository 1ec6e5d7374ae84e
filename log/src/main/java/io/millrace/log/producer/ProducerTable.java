package io.millrace.log.producer;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.ActiveProducer;
import io.millrace.log.AppendOrigin;
import io.millrace.log.format.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// All producers of a log, and the transactions that are open or decided but not yet replicated.
///
/// A batch is first judged ([#check], changes nothing), then written to the log, then noted
/// ([#replay]). Recovery and followers only replay: one path for all.
public final class ProducerTable {

  private static final short NO_EPOCH = -1;

  /// A transaction whose marker lies at or above the high watermark.
  private record Decided(long firstOffset, long markerOffset) {}

  private final Map<Long, ProducerState> producers = new LinkedHashMap<>();

  /// Open transactions: first offset to producer id.
  private final TreeMap<Long, Long> ongoing = new TreeMap<>();

  /// Decided ones by first offset.
  private final TreeMap<Long, Decided> unreplicated = new TreeMap<>();

  private final ControlRecord control = new ControlRecord();
  private long endOffset;

  private Errors refusal = Errors.NONE;
  private String refusalText = "";
  private long duplicateFirstOffset;
  private long duplicateLastOffset;
  private long duplicateTimestamp;

  /// What [#check] found.
  public enum Verdict {
    ACCEPT,
    /// See [#duplicateFirstOffset] and the like.
    DUPLICATE,
    /// See [#refusal] and [#refusalText].
    REFUSE
  }

  /// Everything below is reflected here.
  public long endOffset() {
    return endOffset;
  }

  /// The state was taken over elsewhere, or nothing below concerns producers.
  public void endOffset(long offset) {
    endOffset = offset;
  }

  public boolean isEmpty() {
    return producers.isEmpty();
  }

  public int size() {
    return producers.size();
  }

  public @Nullable ProducerState producer(long producerId) {
    return producers.get(producerId);
  }

  /// Judges the batch at `at`, with its offsets set, before it is written.
  public Verdict check(ByteBuffer bytes, int at, int size, AppendOrigin origin) {
    if (origin == AppendOrigin.REPLICATION
        || origin == AppendOrigin.RAFT_LEADER
        || !BatchHeader.hasProducerId(bytes, at)) {
      return Verdict.ACCEPT;
    }
    long producerId = BatchHeader.producerId(bytes, at);
    short epoch = BatchHeader.producerEpoch(bytes, at);
    ProducerState state = producers.get(producerId);
    if (BatchHeader.isControl(bytes, at)) {
      return checkMarker(bytes, at, size, state, producerId, epoch);
    }
    int firstSequence = BatchHeader.baseSequence(bytes, at);
    if (origin == AppendOrigin.CLIENT && state != null) {
      int lastSequence = BatchHeader.lastSequence(bytes, at);
      int duplicate = state.duplicateOf(epoch, firstSequence, lastSequence);
      if (duplicate >= 0) {
        duplicateFirstOffset = state.firstOffsetOf(duplicate);
        duplicateLastOffset = state.lastOffsetOf(duplicate);
        duplicateTimestamp = state.timestampOf(duplicate);
        return Verdict.DUPLICATE;
      }
      if (state.isBehind(epoch, firstSequence, lastSequence)) {
        duplicateFirstOffset = -1;
        duplicateLastOffset = state.oldestOffset() - 1;
        duplicateTimestamp = -1;
        return Verdict.DUPLICATE;
      }
    }
    if (state != null && epoch < state.epoch) {
      return refuseEpoch(producerId, epoch, state.epoch);
    }
    boolean open = state != null && state.currentTxnFirstOffset >= 0 && epoch == state.epoch;
    boolean transactional = BatchHeader.isTransactional(bytes, at);
    if (transactional && !open) {
      return refuse(Errors.INVALID_TXN_STATE, "Record was not part of an ongoing transaction");
    }
    if (origin == AppendOrigin.CLIENT && !sequenceFits(state, epoch, firstSequence)) {
      return refuse(
          Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
          "Out of order sequence number for producer "
              + producerId
              + ": "
              + firstSequence
              + " (incoming seq. number), "
              + (state == null ? -1 : state.lastSequence())
              + " (current end sequence number)");
    }
    if (!transactional && state != null && state.currentTxnFirstOffset >= 0) {
      return refuse(
          Errors.INVALID_TXN_STATE, "Expected transactional write from producer " + producerId);
    }
    return Verdict.ACCEPT;
  }

  /// A producer that nothing is known of may begin anywhere (its records may have been deleted); a
  /// new epoch begins with 0.
  private static boolean sequenceFits(
      @Nullable ProducerState state, short epoch, int firstSequence) {
    if (state == null || state.epoch == NO_EPOCH) {
      return true;
    }
    return epoch != state.epoch ? firstSequence == 0 : state.continuesWith(firstSequence);
  }

  private Verdict checkMarker(
      ByteBuffer bytes,
      int at,
      int size,
      @Nullable ProducerState state,
      long producerId,
      short epoch) {
    control.read(bytes, at, size);
    bytes.clear();
    if (control.type == ControlRecord.NONE) {
      return refuse(Errors.INVALID_RECORD, "Control batch without a transaction marker");
    }
    if (state != null && epoch < state.epoch) {
      return refuseEpoch(producerId, epoch, state.epoch);
    }
    if (state != null && control.coordinatorEpoch < state.coordinatorEpoch) {
      return refuse(
          Errors.TRANSACTION_COORDINATOR_FENCED,
          "Invalid coordinator epoch for producerId "
              + producerId
              + ": "
              + control.coordinatorEpoch
              + " (zombie), "
              + state.coordinatorEpoch
              + " (current)");
    }
    return Verdict.ACCEPT;
  }

  private Verdict refuseEpoch(long producerId, short epoch, short current) {
    return refuse(
        Errors.INVALID_PRODUCER_EPOCH,
        "Epoch of producer "
            + producerId
            + " is "
            + epoch
            + ", which is smaller than the last seen epoch "
            + current);
  }

  private Verdict refuse(Errors error, String text) {
    refusal = error;
    refusalText = text;
    return Verdict.REFUSE;
  }

  public Errors refusal() {
    return refusal;
  }

  public String refusalText() {
    return refusalText;
  }

  /// -1 where the batch is older than those remembered.
  public long duplicateFirstOffset() {
    return duplicateFirstOffset;
  }

  /// Of the batch; of those remembered no more, an offset that it does not lie behind.
  public long duplicateLastOffset() {
    return duplicateLastOffset;
  }

  public long duplicateTimestamp() {
    return duplicateTimestamp;
  }

  /// Whether the batch at `at` says nothing new but where its producer goes on: it has none, or is
  /// the one that its producer was to send next.
  public boolean expects(ByteBuffer bytes, int at) {
    if (BatchHeader.magic(bytes, at) < 2 || !BatchHeader.hasProducerId(bytes, at)) {
      return true;
    }
    ProducerState state = producers.get(BatchHeader.producerId(bytes, at));
    return state != null
        && !BatchHeader.isControl(bytes, at)
        && state.epoch() == BatchHeader.producerEpoch(bytes, at)
        && state.continuesWith(BatchHeader.baseSequence(bytes, at));
  }

  /// Notes the batch at `at`, which is in the log. A batch that ends below [#endOffset] is already
  /// reflected and passed over.
  ///
  /// @param size bytes of the batch that are there; only control batches are read past the header
  /// @return the transaction that this batch aborts, null when it aborts none
  public @Nullable AbortedTransaction replay(ByteBuffer bytes, int at, int size) {
    long lastOffset = BatchHeader.lastOffset(bytes, at);
    if (lastOffset < endOffset) {
      return null;
    }
    AbortedTransaction aborted = null;
    if (BatchHeader.magic(bytes, at) >= 2 && BatchHeader.hasProducerId(bytes, at)) {
      if (BatchHeader.isControl(bytes, at)) {
        aborted = replayMarker(bytes, at, size);
      } else {
        replayData(bytes, at);
      }
    }
    endOffset = lastOffset + 1;
    return aborted;
  }

  private void replayData(ByteBuffer bytes, int at) {
    long producerId = BatchHeader.producerId(bytes, at);
    short epoch = BatchHeader.producerEpoch(bytes, at);
    ProducerState state = producers.get(producerId);
    if (state == null) {
      state = new ProducerState(producerId, epoch, -1, -1);
      producers.put(producerId, state);
    }
    int delta = BatchHeader.lastOffsetDelta(bytes, at);
    long firstOffset = BatchHeader.baseOffset(bytes, at);
    state.addBatch(
        epoch,
        BatchHeader.lastSequence(bytes, at),
        firstOffset + delta,
        delta,
        BatchHeader.maxTimestamp(bytes, at));
    if (BatchHeader.isTransactional(bytes, at) && state.currentTxnFirstOffset < 0) {
      state.currentTxnFirstOffset = firstOffset;
      ongoing.put(firstOffset, producerId);
    }
  }

  private @Nullable AbortedTransaction replayMarker(ByteBuffer bytes, int at, int size) {
    control.read(bytes, at, size);
    bytes.clear();
    if (control.type == ControlRecord.NONE) {
      return null;
    }
    long producerId = BatchHeader.producerId(bytes, at);
    short epoch = BatchHeader.producerEpoch(bytes, at);
    long timestamp = BatchHeader.maxTimestamp(bytes, at);
    ProducerState state = producers.get(producerId);
    if (state == null) {
      state = new ProducerState(producerId, epoch, control.coordinatorEpoch, timestamp);
      producers.put(producerId, state);
    }
    state.toEpoch(epoch);
    state.coordinatorEpoch = control.coordinatorEpoch;
    state.lastTimestampMs = timestamp;
    long firstOffset = state.currentTxnFirstOffset;
    if (firstOffset < 0) {
      return null;
    }
    state.currentTxnFirstOffset = -1;
    ongoing.remove(firstOffset);
    long marker = BatchHeader.baseOffset(bytes, at);
    unreplicated.put(firstOffset, new Decided(firstOffset, marker));
    if (control.type == ControlRecord.COMMIT) {
      return null;
    }
    long lastStable = ongoing.isEmpty() ? marker + 1 : ongoing.firstKey();
    return new AbortedTransaction(producerId, firstOffset, marker, lastStable);
  }

  /// First offset that read_committed may not pass: of the earliest transaction that is open, or
  /// decided at or above the high watermark; -1 when there is none.
  public long firstUnstableOffset() {
    long open = ongoing.isEmpty() ? Long.MAX_VALUE : ongoing.firstKey();
    long decided = unreplicated.isEmpty() ? Long.MAX_VALUE : unreplicated.firstKey();
    long first = Math.min(open, decided);
    return first == Long.MAX_VALUE ? -1 : first;
  }

  /// Transactions decided below the offset are stable.
  public void onHighWatermark(long highWatermark) {
    if (!unreplicated.isEmpty()) {
      unreplicated.values().removeIf(decided -> decided.markerOffset < highWatermark);
    }
  }

  public void onLogStartOffset(long logStartOffset) {
    onHighWatermark(logStartOffset);
    endOffset = Math.max(endOffset, logStartOffset);
  }

  /// Forgets producers without an open transaction that were silent too long.
  public void removeExpired(long nowMs, long expirationMs) {
    producers
        .values()
        .removeIf(p -> p.currentTxnFirstOffset < 0 && nowMs - p.lastTimestampMs >= expirationMs);
  }

  public List<ActiveProducer> active() {
    List<ActiveProducer> all = new ArrayList<>(producers.size());
    for (ProducerState p : producers.values()) {
      all.add(
          new ActiveProducer(
              p.producerId,
              p.epoch,
              p.lastSequence(),
              p.lastTimestampMs,
              p.coordinatorEpoch,
              p.currentTxnFirstOffset));
    }
    return all;
  }

  /// Forgets everything; the state is then that of an empty log that begins at `offset`.
  public void reset(long offset) {
    producers.clear();
    ongoing.clear();
    unreplicated.clear();
    endOffset = offset;
  }

  /// Content of a snapshot file for [#endOffset].
  public byte[] snapshot() {
    return ProducerSnapshot.write(producers.values());
  }

  /// Starts from a snapshot taken at `offset`.
  ///
  /// @return false when the content is damaged; nothing has changed then
  public boolean restore(byte[] content, long offset, long nowMs, long expirationMs) {
    List<ProducerState> read = ProducerSnapshot.read(content);
    if (read == null) {
      return false;
    }
    reset(offset);
    for (ProducerState producer : read) {
      producers.put(producer.producerId, producer);
      if (producer.currentTxnFirstOffset >= 0) {
        ongoing.put(producer.currentTxnFirstOffset, producer.producerId);
      }
    }
    removeExpired(nowMs, expirationMs);
    return true;
  }
}
