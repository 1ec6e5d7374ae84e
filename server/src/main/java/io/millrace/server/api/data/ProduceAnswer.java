package io.millrace.server.api.data;

import static io.millrace.server.request.WireWriter.length;
import static io.millrace.server.request.WireWriter.nullableString;
import static io.millrace.server.request.WireWriter.sizeOfLength;
import static io.millrace.server.request.WireWriter.sizeOfNullableString;
import static io.millrace.server.request.WireWriter.sizeOfString;
import static io.millrace.server.request.WireWriter.string;
import static io.millrace.server.request.WireWriter.uuid;

import io.millrace.log.RecordError;
import io.millrace.replication.AckWaiter;
import io.millrace.replication.AppendAnswer;
import io.millrace.replication.HostedTopic;
import io.millrace.replication.Partition;
import io.millrace.runtime.Connection;
import io.millrace.runtime.Timer;
import io.millrace.server.request.Answer;
import io.millrace.server.request.WireConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// A produce request's results, partition by partition, while it waits for acknowledgements and
/// until it is encoded. Rows are kept in arrays that are used again; an answer that had to wait is
/// not.
///
/// Belongs to its connection's loop, except [#onAck].
final class ProduceAnswer extends Answer implements AckWaiter {

  private static final byte[] NO_NAME = {};

  /// KIP-951.
  private static final short FIRST_WITH_HINTS = 10;

  /// Tag of a partition.
  private static final int CURRENT_LEADER = 0;

  private final WireConnection connection;
  private final ConnectionData home;
  private final ClusterTopics topics;
  private final AppendAnswer scratch = new AppendAnswer();

  private int correlationId;
  private short version;
  private short acks;

  private int topicCount;
  private byte[][] topicNames = new byte[1][];
  private Uuid[] topicIds = new Uuid[1];
  private int[] topicEnds = new int[1];

  private int rowCount;
  private int[] indexes = new int[4];
  private Errors[] errors = new Errors[4];
  private long[] baseOffsets = new long[4];
  private long[] appendTimes = new long[4];
  private long[] startOffsets = new long[4];
  private long[] awaited = new long[4];
  private @Nullable Partition[] partitions = new Partition[4];
  private @Nullable String[] messages = new String[4];
  private List<RecordError>[] recordErrors = lists(4);

  /// Set while an answer is encoded that has to say who leads.
  private @Nullable LeaderHints hints;

  private LeaderHints.Leader[] leaders = {};

  private int waiting;
  private boolean waited;
  private @Nullable Timer timeout;

  ProduceAnswer(WireConnection connection, ConnectionData home, ClusterTopics topics) {
    this.connection = connection;
    this.home = home;
    this.topics = topics;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static List<RecordError>[] lists(int n) {
    List<RecordError>[] lists = new List[n];
    Arrays.fill(lists, List.of());
    return lists;
  }

  void begin(int requestCorrelationId, short requestVersion, short requiredAcks) {
    reset();
    correlationId = requestCorrelationId;
    version = requestVersion;
    acks = requiredAcks;
    topicCount = 0;
    rowCount = 0;
  }

  short version() {
    return version;
  }

  short acks() {
    return acks;
  }

  AppendAnswer scratch() {
    return scratch;
  }

  /// The partitions added from now on are of this topic.
  void topic(@Nullable HostedTopic topic, Uuid id, byte @Nullable [] unknownName) {
    if (topicCount == topicNames.length) {
      topicNames = Arrays.copyOf(topicNames, topicCount * 2);
      topicIds = Arrays.copyOf(topicIds, topicCount * 2);
      topicEnds = Arrays.copyOf(topicEnds, topicCount * 2);
    }
    topicNames[topicCount] =
        topic != null ? topic.nameBytes() : unknownName != null ? unknownName : NO_NAME;
    topicIds[topicCount] = id;
    topicEnds[topicCount] = rowCount;
    topicCount++;
  }

  Uuid currentTopicId() {
    return topicIds[topicCount - 1];
  }

  byte[] currentTopicName() {
    return topicNames[topicCount - 1];
  }

  void add(int index, @Nullable Partition partition, AppendAnswer result) {
    int row = rowCount;
    if (row == indexes.length) {
      growRows();
    }
    indexes[row] = index;
    errors[row] = result.error();
    baseOffsets[row] = result.baseOffset();
    appendTimes[row] = result.logAppendTimeMs();
    startOffsets[row] = result.logStartOffset();
    awaited[row] = result.awaitOffset();
    partitions[row] = partition;
    messages[row] = result.message();
    recordErrors[row] = result.recordErrors();
    rowCount++;
    topicEnds[topicCount - 1] = rowCount;
  }

  private void growRows() {
    int n = rowCount * 2;
    indexes = Arrays.copyOf(indexes, n);
    errors = Arrays.copyOf(errors, n);
    baseOffsets = Arrays.copyOf(baseOffsets, n);
    appendTimes = Arrays.copyOf(appendTimes, n);
    startOffsets = Arrays.copyOf(startOffsets, n);
    awaited = Arrays.copyOf(awaited, n);
    partitions = Arrays.copyOf(partitions, n);
    messages = Arrays.copyOf(messages, n);
    recordErrors = Arrays.copyOf(recordErrors, n);
  }

  /// Whether no partition has been added.
  boolean isEmpty() {
    return rowCount == 0;
  }

  /// The request is not answered now, but looked at again.
  void abandon() {
    home.giveBack(this);
  }

  /// All partitions have been added: answers now, or waits for acknowledgements.
  void finish(int timeoutMs) {
    if (acks == 0) {
      finishUnanswered();
      return;
    }
    connection.enqueue(this);
    for (int row = 0; row < rowCount; row++) {
      if (awaited[row] != AppendAnswer.ACKED) {
        await(row);
      }
    }
    if (waiting == 0) {
      connection.ready(this);
    } else {
      waited = true;
      timeout =
          connection
              .loop()
              .schedule(
                  Math.max(0, timeoutMs) * 1_000_000L,
                  () -> connection.context().step(this::onTimeout));
    }
  }

  /// acks=0 has no answer; the only way to tell the producer of an error is to hang up.
  private void finishUnanswered() {
    boolean failed = false;
    for (int row = 0; row < rowCount; row++) {
      failed |= errors[row] != Errors.NONE;
    }
    if (failed) {
      connection.close();
    }
    home.giveBack(this);
  }

  private void await(int row) {
    Partition partition = partitions[row];
    if (partition == null) {
      return;
    }
    Errors now = partition.awaitAck(awaited[row], acks == -1, this, row);
    if (now == null) {
      waiting++;
    } else {
      settle(row, now);
    }
  }

  private void settle(int row, Errors error) {
    awaited[row] = AppendAnswer.ACKED;
    if (error != Errors.NONE) {
      errors[row] = error;
      baseOffsets[row] = -1;
      appendTimes[row] = -1;
    }
  }

  @Override
  public void onAck(int ticket, Errors error) {
    connection.context().mailbox().post(() -> acked(ticket, error));
  }

  private void acked(int row, Errors error) {
    if (awaited[row] == AppendAnswer.ACKED) {
      return;
    }
    settle(row, error);
    if (--waiting == 0) {
      cancelTimeout();
      connection.ready(this);
    }
  }

  private void onTimeout() {
    if (waiting == 0) {
      return;
    }
    for (int row = 0; row < rowCount; row++) {
      if (awaited[row] != AppendAnswer.ACKED) {
        stopWaiting(row);
        settle(row, Errors.REQUEST_TIMED_OUT);
      }
    }
    waiting = 0;
    connection.ready(this);
  }

  private void stopWaiting(int row) {
    Partition partition = partitions[row];
    if (partition != null) {
      partition.forgetAcks(this);
    }
  }

  private void cancelTimeout() {
    Timer timer = timeout;
    if (timer != null) {
      timer.cancel();
      timeout = null;
    }
  }

  @Override
  protected boolean overlapsProduce() {
    return true;
  }

  @Override
  protected void discard() {
    cancelTimeout();
    for (int row = 0; row < rowCount; row++) {
      if (awaited[row] != AppendAnswer.ACKED) {
        stopWaiting(row);
        awaited[row] = AppendAnswer.ACKED;
      }
    }
    waiting = 0;
  }

  @Override
  protected void encode(Connection out) {
    boolean flexible = version >= 9;
    findLeaders();
    int size = size(flexible);
    ByteBuffer buffer = out.reserve(4 + size);
    buffer.putInt(size).putInt(correlationId);
    if (flexible) {
      buffer.put((byte) 0);
    }
    length(buffer, flexible, topicCount);
    int row = 0;
    for (int topic = 0; topic < topicCount; topic++) {
      if (version >= 13) {
        uuid(buffer, topicIds[topic]);
      } else {
        string(buffer, flexible, topicNames[topic]);
      }
      length(buffer, flexible, topicEnds[topic] - row);
      for (; row < topicEnds[topic]; row++) {
        encodeRow(buffer, row, flexible);
      }
      if (flexible) {
        buffer.put((byte) 0);
      }
    }
    buffer.putInt(0); // throttle time
    LeaderHints leaderHints = hints;
    if (leaderHints != null) {
      leaderHints.writeTags(buffer);
    } else if (flexible) {
      buffer.put((byte) 0);
    }
    out.commit();
    hints = null;
    if (!waited) {
      home.giveBack(this);
    }
  }

  /// Only who asked the wrong broker needs to know who leads (KIP-951).
  private void findLeaders() {
    hints = null;
    for (int row = 0; version >= FIRST_WITH_HINTS && row < rowCount; row++) {
      if (errors[row] == Errors.NOT_LEADER_OR_FOLLOWER) {
        findLeaders(new LeaderHints(topics.image(), topics.hosted(), connection.listener().name()));
        return;
      }
    }
  }

  private void findLeaders(LeaderHints found) {
    hints = found;
    leaders = new LeaderHints.Leader[rowCount];
    int row = 0;
    for (int topic = 0; topic < topicCount; topic++) {
      var image =
          version >= 13
              ? found.image().topics().getTopic(topicIds[topic])
              : found
                  .image()
                  .topics()
                  .getTopic(new String(topicNames[topic], StandardCharsets.UTF_8));
      for (; row < topicEnds[topic]; row++) {
        if (errors[row] == Errors.NOT_LEADER_OR_FOLLOWER) {
          leaders[row] = found.leader(image, indexes[row]);
        }
      }
    }
  }

  private void encodeRow(ByteBuffer buffer, int row, boolean flexible) {
    buffer.putInt(indexes[row]);
    buffer.putShort(errors[row].code());
    buffer.putLong(baseOffsets[row]);
    buffer.putLong(appendTimes[row]);
    if (version >= 5) {
      buffer.putLong(startOffsets[row]);
    }
    if (version >= 8) {
      length(buffer, flexible, recordErrors[row].size());
      for (int i = 0; i < recordErrors[row].size(); i++) {
        RecordError error = recordErrors[row].get(i);
        buffer.putInt(error.batchIndex());
        nullableString(buffer, flexible, utf8(error.message()));
        if (flexible) {
          buffer.put((byte) 0);
        }
      }
      nullableString(buffer, flexible, utf8(messages[row]));
    }
    if (hints != null && errors[row] == Errors.NOT_LEADER_OR_FOLLOWER) {
      buffer.put((byte) 1).put((byte) CURRENT_LEADER).put((byte) LeaderHints.LEADER_BYTES);
      LeaderHints.write(buffer, leaders[row]);
    } else if (flexible) {
      buffer.put((byte) 0);
    }
  }

  private int size(boolean flexible) {
    int tag = flexible ? 1 : 0;
    LeaderHints leaderHints = hints;
    int size = 4 + tag + sizeOfLength(flexible, topicCount) + 4;
    size += leaderHints != null ? leaderHints.tagsSize() : tag;
    int row = 0;
    for (int topic = 0; topic < topicCount; topic++) {
      size += version >= 13 ? 16 : sizeOfString(flexible, topicNames[topic]);
      size += sizeOfLength(flexible, topicEnds[topic] - row) + tag;
      for (; row < topicEnds[topic]; row++) {
        size += 4 + 2 + 8 + 8 + tag + (version >= 5 ? 8 : 0);
        if (leaderHints != null && errors[row] == Errors.NOT_LEADER_OR_FOLLOWER) {
          size += 2 + LeaderHints.LEADER_BYTES;
        }
        if (version >= 8) {
          size += sizeOfLength(flexible, recordErrors[row].size());
          for (int i = 0; i < recordErrors[row].size(); i++) {
            byte @Nullable [] message = utf8(recordErrors[row].get(i).message());
            size += 4 + sizeOfNullableString(flexible, message) + tag;
          }
          size += sizeOfNullableString(flexible, utf8(messages[row]));
        }
      }
    }
    return size;
  }

  private static byte @Nullable [] utf8(@Nullable String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }
}
