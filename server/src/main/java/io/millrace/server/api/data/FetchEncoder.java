package io.millrace.server.api.data;

import static io.millrace.server.request.WireWriter.length;
import static io.millrace.server.request.WireWriter.sizeOfLength;
import static io.millrace.server.request.WireWriter.sizeOfString;
import static io.millrace.server.request.WireWriter.sizeOfUnsignedVarint;
import static io.millrace.server.request.WireWriter.string;
import static io.millrace.server.request.WireWriter.unsignedVarint;
import static io.millrace.server.request.WireWriter.uuid;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.EpochEnd;
import io.millrace.replication.FetchPartition;
import io.millrace.replication.FetchSessions;
import io.millrace.replication.ReadAnswer;
import io.millrace.runtime.Connection;
import io.millrace.runtime.FileSlice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Writes a Fetch answer, versions 4 to 18: the fields go to the connection's output, the records
/// between them as file slices.
final class FetchEncoder {

  /// Tag 0 of a partition: epoch and end offset of where the reader's log leaves the leader's.
  private static final int DIVERGING = 0;

  private static final int DIVERGING_BYTES = 4 + 8 + 1;

  /// Tag 1 of a partition.
  private static final int CURRENT_LEADER = 1;

  /// KIP-951.
  private static final short FIRST_WITH_HINTS = 16;

  private final FetchRequest request;
  private final List<FetchPartition> partitions;
  private final ReadAnswer[] results;
  private final boolean[] named;
  private final LeaderHints hints;
  private final LeaderHints.@Nullable Leader[] leaders;
  private final boolean flexible;
  private final short version;

  /// @param named which of the partitions the answer names
  FetchEncoder(
      FetchRequest request,
      List<FetchPartition> partitions,
      ReadAnswer[] results,
      boolean[] named,
      LeaderHints hints) {
    this.request = request;
    this.partitions = partitions;
    this.results = results;
    this.named = named;
    this.hints = hints;
    this.leaders = new LeaderHints.@Nullable Leader[results.length];
    this.flexible = request.flexible();
    this.version = request.version;
  }

  void encode(Connection out, int correlationId, FetchSessions.Context context) {
    findLeaders();
    int groups = 0;
    int tags = flexible ? hints.tagsSize() : 0;
    long size = 4 + (flexible ? 1 : 0) + 4 + (version >= 7 ? 6 : 0) + tags;
    for (int start = next(0); start < results.length; start = next(end(start))) {
      groups++;
      size += groupHeadSize(start) + (flexible ? 1 : 0);
      int end = end(start);
      for (int i = start; i < end; i++) {
        size += named[i] ? rowSize(i) : 0;
      }
    }
    size += sizeOfLength(flexible, groups);

    int headSize =
        4 + 4 + (flexible ? 1 : 0) + 4 + (version >= 7 ? 6 : 0) + sizeOfLength(flexible, groups);
    ByteBuffer head = out.reserve(headSize);
    head.putInt(Math.toIntExact(size)).putInt(correlationId);
    if (flexible) {
      head.put((byte) 0);
    }
    head.putInt(0); // throttle time
    if (version >= 7) {
      head.putShort(context.error().code()).putInt(context.sessionId());
    }
    length(head, flexible, groups);
    out.commit();

    for (int start = next(0); start < results.length; start = next(end(start))) {
      encodeGroup(out, start);
    }
    if (flexible) {
      hints.writeTags(out.reserve(tags));
      out.commit();
    }
  }

  /// Only who asked the wrong broker needs to know.
  private void findLeaders() {
    if (version < FIRST_WITH_HINTS) {
      return;
    }
    for (int i = 0; i < results.length; i++) {
      Errors error = results[i].error();
      if (named[i]
          && (error == Errors.NOT_LEADER_OR_FOLLOWER || error == Errors.FENCED_LEADER_EPOCH)) {
        FetchPartition asked = partitions.get(i);
        leaders[i] = hints.leader(hints.image().topics().getTopic(asked.topicId()), asked.index());
      }
    }
  }

  /// The first partition from `from` on that is named.
  private int next(int from) {
    int i = from;
    while (i < results.length && !named[i]) {
      i++;
    }
    return i;
  }

  /// One behind the run of partitions of the same topic that begins at `start`. Unnamed ones
  /// between them are part of the run.
  private int end(int start) {
    FetchPartition first = partitions.get(start);
    int i = start + 1;
    while (i < results.length && sameTopic(first, partitions.get(i))) {
      i++;
    }
    return i;
  }

  private static boolean sameTopic(FetchPartition a, FetchPartition b) {
    String name = a.topic();
    return name != null ? name.equals(b.topic()) : a.topicId().equals(b.topicId());
  }

  private byte[] name(int i) {
    String topic = partitions.get(i).topic();
    return (topic == null ? "" : topic).getBytes(StandardCharsets.UTF_8);
  }

  private int namedIn(int start) {
    int n = 0;
    int end = end(start);
    for (int i = start; i < end; i++) {
      n += named[i] ? 1 : 0;
    }
    return n;
  }

  private int groupHeadSize(int start) {
    int topic = request.topicIds() ? 16 : sizeOfString(flexible, name(start));
    return topic + sizeOfLength(flexible, namedIn(start));
  }

  private void encodeGroup(Connection out, int start) {
    ByteBuffer head = out.reserve(groupHeadSize(start));
    if (request.topicIds()) {
      uuid(head, partitions.get(start).topicId());
    } else {
      string(head, flexible, name(start));
    }
    length(head, flexible, namedIn(start));
    out.commit();
    int end = end(start);
    for (int i = start; i < end; i++) {
      if (named[i]) {
        encodeRow(out, i);
      }
    }
    if (flexible) {
      out.reserve(1).put((byte) 0);
      out.commit();
    }
  }

  private int rowHeadSize(int i) {
    int size = 4 + 2 + 8 + 8 + (version >= 5 ? 8 : 0) + (version >= 11 ? 4 : 0);
    List<AbortedTransaction> aborted = results[i].aborted();
    size += sizeOfLength(flexible, aborted == null ? -1 : aborted.size());
    if (aborted != null) {
      size += aborted.size() * (8 + 8 + (flexible ? 1 : 0));
    }
    return size + sizeOfLength(flexible, results[i].bytes());
  }

  private int rowTagsSize(int i) {
    if (!flexible) {
      return 0;
    }
    int size = 1;
    if (results[i].diverging() != null) {
      size += 1 + sizeOfUnsignedVarint(DIVERGING_BYTES) + DIVERGING_BYTES;
    }
    if (leaders[i] != null) {
      size += 1 + sizeOfUnsignedVarint(LeaderHints.LEADER_BYTES) + LeaderHints.LEADER_BYTES;
    }
    return size;
  }

  private long rowSize(int i) {
    return (long) rowHeadSize(i) + results[i].bytes() + rowTagsSize(i);
  }

  private void encodeRow(Connection out, int i) {
    ReadAnswer result = results[i];
    ByteBuffer head = out.reserve(rowHeadSize(i));
    Errors error = FetchAnswer.error(result, version);
    head.putInt(partitions.get(i).index()).putShort(error.code());
    head.putLong(result.highWatermark()).putLong(result.lastStableOffset());
    if (version >= 5) {
      head.putLong(result.logStartOffset());
    }
    encodeAborted(head, result.aborted());
    if (version >= 11) {
      head.putInt(result.preferredReplica());
    }
    length(head, flexible, result.bytes());
    out.commit();
    FileSlice slice = result.takeSlice();
    if (slice != null) {
      out.write(slice);
    }
    if (flexible) {
      encodeRowTags(out, i, result.diverging(), leaders[i]);
    }
  }

  private void encodeAborted(ByteBuffer head, @Nullable List<AbortedTransaction> aborted) {
    if (aborted == null) {
      length(head, flexible, -1);
      return;
    }
    length(head, flexible, aborted.size());
    for (AbortedTransaction transaction : aborted) {
      head.putLong(transaction.producerId()).putLong(transaction.firstOffset());
      if (flexible) {
        head.put((byte) 0);
      }
    }
  }

  private void encodeRowTags(
      Connection out, int i, @Nullable EpochEnd diverging, LeaderHints.@Nullable Leader leader) {
    ByteBuffer tags = out.reserve(rowTagsSize(i));
    tags.put((byte) ((diverging == null ? 0 : 1) + (leader == null ? 0 : 1)));
    if (diverging != null) {
      tags.put((byte) DIVERGING);
      unsignedVarint(tags, DIVERGING_BYTES);
      tags.putInt(diverging.epoch()).putLong(diverging.endOffset()).put((byte) 0);
    }
    if (leader != null) {
      tags.put((byte) CURRENT_LEADER);
      unsignedVarint(tags, LeaderHints.LEADER_BYTES);
      LeaderHints.write(tags, leader);
    }
    out.commit();
  }
}
