package io.millrace.server.api.data;

import io.millrace.log.AppendOrigin;
import io.millrace.replication.AppendAnswer;
import io.millrace.replication.HostedTopic;
import io.millrace.replication.Partition;
import io.millrace.replication.TopicTable;
import io.millrace.server.request.WireConnection;
import io.millrace.server.request.WireHandler;
import io.millrace.server.request.WireHeader;
import io.millrace.server.request.WireReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;

/// Produce, versions 3 to 13: each partition's batch goes from the receive buffer to the log, with
/// its offsets set in place, before the next field is read.
///
/// A request that turns out malformed half-way may have stored what stood before: its connection is
/// closed without an answer, and for the client everything it contained is in doubt, as with any
/// broken connection.
public final class ProduceHandler implements WireHandler {

  private static final short FIRST_FLEXIBLE_VERSION = 9;
  private static final short FIRST_TOPIC_ID_VERSION = 13;
  private static final short FIRST_ZSTD_VERSION = 7;

  /// Kafka's own admin client may write to internal topics (AdminUtils.ADMIN_CLIENT_ID).
  private static final String ADMIN_CLIENT_ID = "__admin_client";

  private static final int TRANSACTIONAL_BIT = 0x10;
  private static final int CODEC_MASK = 0x07;
  private static final int ATTRIBUTES_OFFSET = 21;
  private static final int LENGTH_OFFSET = 8;
  private static final int LENGTH_OVERHEAD = 12;
  private static final int MAGIC_OFFSET = 16;

  private final ClusterTopics topics;

  public ProduceHandler(ClusterTopics topics) {
    this.topics = topics;
  }

  @Override
  public void handle(WireConnection connection, WireHeader header, WireReader in) {
    short version = header.version();
    boolean flexible = version >= FIRST_FLEXIBLE_VERSION;
    in.skipNullableString(flexible); // transactional id: see the batches
    short acks = in.int16();
    int timeoutMs = in.int32();
    ConnectionData data = ConnectionData.of(connection);
    ProduceAnswer answer = data.answer(connection, topics);
    answer.begin(header.correlationId(), version, acks);
    TopicTable hosted = topics.hosted();
    for (int n = in.arrayLength(flexible, 5); n > 0; n--) {
      if (!readTopic(connection, header, hosted, data, answer, in, flexible)) {
        answer.abandon();
        return;
      }
    }
    if (flexible) {
      in.skipTaggedFields();
    }
    answer.finish(timeoutMs);
  }

  /// @return false when the request is put off
  private boolean readTopic(
      WireConnection connection,
      WireHeader header,
      TopicTable hosted,
      ConnectionData data,
      ProduceAnswer answer,
      WireReader in,
      boolean flexible) {
    HostedTopic topic;
    if (header.version() >= FIRST_TOPIC_ID_VERSION) {
      long most = in.int64();
      long least = in.int64();
      topic = data.topic(hosted, most, least);
      answer.topic(topic, topic == null ? new Uuid(most, least) : topic.id(), null);
    } else {
      int length = Math.max(0, in.length(flexible, 2));
      int at = in.position();
      in.skip(length);
      topic = data.topic(hosted, in.bytes(), at, length);
      byte @Nullable [] unknownName = null;
      if (topic == null) {
        unknownName = new byte[length];
        in.bytes().get(at, unknownName);
      }
      answer.topic(topic, Uuid.ZERO_UUID, unknownName);
    }
    boolean refused =
        topic != null
            && Topic.isInternal(topic.name())
            && !ADMIN_CLIENT_ID.equals(header.clientId());
    for (int n = in.arrayLength(flexible, 5); n > 0; n--) {
      int index = in.int32();
      int length = in.length(flexible, 4);
      int at = in.position();
      in.skip(Math.max(0, length));
      if (flexible) {
        in.skipTaggedFields();
      }
      AppendAnswer result = answer.scratch();
      if (refused) {
        result.refuse(Errors.INVALID_TOPIC_EXCEPTION, null);
      } else {
        append(topic, answer, index, in.bytes(), at, length, result);
      }
      Partition partition = topic == null ? null : topic.partition(index);
      if (isEarly(partition, answer, result) && connection.putOff()) {
        return false;
      }
      answer.add(index, partition, result);
    }
    if (flexible) {
      in.skipTaggedFields();
    }
    return true;
  }

  /// Whether the client seems to know of this broker's leadership before the broker does: it was
  /// sent here by the former leader. Told "not the leader" it would wait for its retry backoff,
  /// much longer than the metadata is on its way. Only as long as nothing of the request is stored.
  private static boolean isEarly(
      @Nullable Partition partition, ProduceAnswer answer, AppendAnswer result) {
    return result.error() == Errors.NOT_LEADER_OR_FOLLOWER
        && answer.isEmpty()
        && partition != null
        && partition.maySoonLead();
  }

  private void append(
      @Nullable HostedTopic topic,
      ProduceAnswer answer,
      int index,
      ByteBuffer bytes,
      int at,
      int length,
      AppendAnswer result) {
    Partition partition = topic == null ? null : topic.partition(index);
    if (answer.acks() < -1 || answer.acks() > 1) {
      result.refuse(Errors.INVALID_REQUIRED_ACKS, null);
    } else if (partition == null) {
      result.refuse(absent(answer, index), null);
    } else {
      String fault = batchFault(bytes, at, length, answer.version());
      if (fault != null) {
        result.refuse(Errors.INVALID_RECORD, fault);
      } else {
        int attributes = bytes.getShort(at + ATTRIBUTES_OFFSET);
        if ((attributes & CODEC_MASK) == CompressionType.ZSTD.id
            && answer.version() < FIRST_ZSTD_VERSION) {
          result.refuse(Errors.UNSUPPORTED_COMPRESSION_TYPE, null);
        } else if ((attributes & TRANSACTIONAL_BIT) != 0) {
          result.refuse(
              Errors.INVALID_TXN_STATE, "Transactions are not supported by this broker yet.");
        } else {
          partition.append(
              bytes, at, length, answer.acks(), AppendOrigin.CLIENT, answer.version(), -1, result);
        }
      }
    }
  }

  private Errors absent(ProduceAnswer answer, int index) {
    if (answer.version() >= FIRST_TOPIC_ID_VERSION) {
      return topics.absent(answer.currentTopicId(), index);
    }
    return topics.absent(new String(answer.currentTopicName(), StandardCharsets.UTF_8), index);
  }

  /// From version 3 on a partition's records are exactly one batch of format 2.
  private static @Nullable String batchFault(ByteBuffer bytes, int at, int length, short version) {
    if (length < DefaultRecordBatch.RECORD_BATCH_OVERHEAD) {
      return "Produce requests with version "
          + version
          + " must have exactly one record batch per partition";
    }
    if (bytes.get(at + MAGIC_OFFSET) != RecordBatch.MAGIC_VALUE_V2) {
      return "Produce requests with version "
          + version
          + " are only allowed to contain record batches with magic version 2";
    }
    if (bytes.getInt(at + LENGTH_OFFSET) != length - LENGTH_OVERHEAD) {
      return "Produce requests with version "
          + version
          + " are only allowed to contain exactly one record batch per partition";
    }
    return null;
  }
}
