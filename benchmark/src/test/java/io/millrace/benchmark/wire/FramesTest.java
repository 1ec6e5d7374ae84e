package io.millrace.benchmark.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What is written and read by hand is what Kafka's message classes say it is.
class FramesTest {
  private static final Uuid TOPIC = new Uuid(0x1111, 0x2222);
  private static final short PRODUCE = ApiKeys.PRODUCE.latestVersion();
  private static final short FETCH = ApiKeys.FETCH.latestVersion();

  static Stream<Payload> payloads() {
    return Stream.of(
        Payload.random(100, 1),
        Payload.randomBatch(1024),
        Payload.randomBatch(100),
        Payload.json(Compression.lz4().build(), 500),
        Payload.json(Compression.zstd().build(), 500));
  }

  @ParameterizedTest
  @MethodSource("payloads")
  void aProduceFrameIsPatchedInPlace(Payload payload) {
    ProduceFrame frame = new ProduceFrame(TOPIC, payload, (short) 1);
    frame.next(1, 1);
    ByteBuffer bytes = frame.next(77, 5);
    assertThat(bytes.getInt()).isEqualTo(bytes.remaining());
    assertThat(RequestHeader.parse(bytes).correlationId()).isEqualTo(77);
    ProduceRequestData request = new ProduceRequestData(new ByteBufferAccessor(bytes), PRODUCE);
    var partition = request.topicData().find("", TOPIC).partitionData().getFirst();
    assertThat(request.acks()).isEqualTo((short) 1);
    assertThat(partition.index()).isEqualTo(5);
    RecordBatch batch = ((MemoryRecords) partition.records()).batches().iterator().next();
    batch.ensureValid();
    assertThat(batch.countOrNull()).isEqualTo(payload.records());
  }

  @Test
  void aCommitFrameIsPatchedInPlace() {
    CommitFrame frame = new CommitFrame("readers", TOPIC, 5, 3);
    frame.next(1, 1);
    ByteBuffer bytes = frame.next(77, 1_234_567_890_123L);
    assertThat(bytes.getInt()).isEqualTo(bytes.remaining());
    assertThat(RequestHeader.parse(bytes).correlationId()).isEqualTo(77);
    OffsetCommitRequestData request =
        new OffsetCommitRequestData(
            new ByteBufferAccessor(bytes), ApiKeys.OFFSET_COMMIT.latestVersion());
    assertThat(request.groupId()).isEqualTo("readers");
    assertThat(request.topics().getFirst().topicId()).isEqualTo(TOPIC);
    assertThat(request.topics().getFirst().partitions())
        .extracting(
            OffsetCommitRequestPartition::partitionIndex,
            OffsetCommitRequestPartition::committedOffset)
        .containsExactly(
            tuple(5, 1_234_567_890_123L),
            tuple(6, 1_234_567_890_123L),
            tuple(7, 1_234_567_890_123L));
  }

  @Test
  void theFirstErrorOfACommitIsFound() {
    assertThat(CommitFrame.error(commitAnswer((short) 0, (short) 0), 3)).isZero();
    assertThat(CommitFrame.error(commitAnswer((short) 0, (short) 14), 3)).isEqualTo((short) 14);
  }

  /// Of one partition in each of two topics, at position 3.
  private static ByteBuffer commitAnswer(short first, short second) {
    OffsetCommitResponseData body = new OffsetCommitResponseData();
    for (short error : new short[] {first, second}) {
      body.topics()
          .add(
              new OffsetCommitResponseTopic()
                  .setTopicId(TOPIC)
                  .setPartitions(List.of(new OffsetCommitResponsePartition().setErrorCode(error))));
    }
    short version = ApiKeys.OFFSET_COMMIT.latestVersion();
    ByteBuffer answer =
        RequestUtils.serialize(
            new ResponseHeaderData().setCorrelationId(9),
            ApiKeys.OFFSET_COMMIT.responseHeaderVersion(version),
            body,
            version);
    return ByteBuffer.allocate(3 + answer.remaining()).position(3).put(answer).rewind();
  }

  @Test
  void aStampedBatchKeepsAValidChecksum() {
    Payload payload = Payload.random(100, 3);
    ProduceFrame frame = new ProduceFrame(TOPIC, payload, (short) 1);
    frame.stamp(123_456_789L);
    ByteBuffer bytes = frame.next(0, 0);
    int batchBytes = payload.batch().sizeInBytes();
    int from = position(bytes, payload);
    Batch batch = new Batch().over(bytes, from, from + batchBytes);
    assertThat(batch.next()).isTrue();
    assertThat(batch.checksumHolds()).isTrue();
    assertThat(batch.stamp(payload)).isEqualTo(123_456_789L);
    assertThat(batch.count()).isEqualTo(3);
    assertThat(batch.lastOffset()).isEqualTo(2);
    assertThat(batch.next()).isFalse();
    bytes.put(from + batchBytes - 1, (byte) (bytes.get(from + batchBytes - 1) + 1));
    batch.over(bytes, from, from + batchBytes).next();
    assertThat(batch.checksumHolds()).isFalse();
  }

  @Test
  void aBatchThatIsCutOffIsNotVisited() {
    MemoryRecords records = Payload.random(100, 3).batch();
    ByteBuffer bytes = records.buffer();
    assertThat(new Batch().over(bytes, 0, records.sizeInBytes() - 1).next()).isFalse();
    assertThat(new Batch().over(bytes, 0, 20).next()).isFalse();
  }

  @Test
  void readsAProduceAnswer() {
    ProduceResponseData data = new ProduceResponseData();
    data.responses()
        .add(
            new ProduceResponseData.TopicProduceResponse()
                .setTopicId(TOPIC)
                .setPartitionResponses(
                    List.of(
                        new ProduceResponseData.PartitionProduceResponse()
                            .setIndex(3)
                            .setErrorCode((short) 6)
                            .setBaseOffset(1L << 40))));
    ProduceAnswer answer = new ProduceAnswer().read(answer(ApiKeys.PRODUCE, PRODUCE, data), 0);
    assertThat(answer.correlationId()).isEqualTo(9);
    assertThat(answer.partition()).isEqualTo(3);
    assertThat(answer.error()).isEqualTo((short) 6);
    assertThat(answer.baseOffset()).isEqualTo(1L << 40);
  }

  @Test
  void aFetchFrameSaysWhatWasAskedFor() {
    FetchFrame frame = new FetchFrame(TOPIC, FetchFrame.Limits.MEBIBYTE);
    frame.begin(1, 2, 1).partition(0, 1).end(1);
    ByteBuffer bytes = frame.begin(7, 8, 2).partition(4, 1L << 33).partition(5, 6).end(21);
    FetchRequestData request = fetch(bytes, 21);
    assertThat(request.sessionId()).isEqualTo(7);
    assertThat(request.sessionEpoch()).isEqualTo(8);
    assertThat(request.maxBytes()).isEqualTo(1 << 20);
    var topic = request.topics().getFirst();
    assertThat(topic.topicId()).isEqualTo(TOPIC);
    assertThat(topic.partitions()).hasSize(2);
    assertThat(topic.partitions().get(0).partition()).isEqualTo(4);
    assertThat(topic.partitions().get(0).fetchOffset()).isEqualTo(1L << 33);
    assertThat(topic.partitions().get(1).partitionMaxBytes()).isEqualTo(1 << 20);
    assertThat(request.forgottenTopicsData()).isEmpty();
  }

  @Test
  void aFetchFrameWithoutPartitionsIsOneToo() {
    FetchFrame frame = new FetchFrame(TOPIC, FetchFrame.Limits.CONSUMER);
    assertThat(fetch(frame.begin(7, 9, 0).end(4), 4).topics()).isEmpty();
  }

  @Test
  void readsAFetchAnswer() {
    MemoryRecords records = Payload.random(100, 3).batch();
    FetchResponseData data = new FetchResponseData().setSessionId(12);
    data.responses()
        .add(
            new FetchResponseData.FetchableTopicResponse()
                .setTopicId(TOPIC)
                .setPartitions(
                    List.of(
                        partition(0)
                            .setHighWatermark(17)
                            .setAbortedTransactions(
                                List.of(
                                    new FetchResponseData.AbortedTransaction()
                                        .setProducerId(1)
                                        .setFirstOffset(2)))
                            .setRecords(records),
                        partition(1).setErrorCode((short) 1).setRecords(MemoryRecords.EMPTY))));
    ByteBuffer bytes = answer(ApiKeys.FETCH, FETCH, data);
    FetchAnswer answer = new FetchAnswer();
    List<String> seen = new ArrayList<>();
    answer.read(
        bytes,
        0,
        (partition, error, highWatermark, from, to) ->
            seen.add(partition + " " + error + " " + highWatermark + " " + (to - from)));
    assertThat(answer.sessionId()).isEqualTo(12);
    assertThat(answer.error()).isZero();
    assertThat(seen).containsExactly("0 0 17 " + records.sizeInBytes(), "1 1 0 0");
  }

  private static FetchResponseData.PartitionData partition(int index) {
    return new FetchResponseData.PartitionData().setPartitionIndex(index);
  }

  private static FetchRequestData fetch(ByteBuffer frame, int correlationId) {
    assertThat(frame.getInt()).isEqualTo(frame.remaining());
    assertThat(RequestHeader.parse(frame).correlationId()).isEqualTo(correlationId);
    FetchRequestData request = new FetchRequestData(new ByteBufferAccessor(frame), FETCH);
    assertThat(frame.hasRemaining()).isFalse();
    return request;
  }

  private static ByteBuffer answer(ApiKeys api, short version, ApiMessage data) {
    return RequestUtils.serialize(
        new ResponseHeader(9, api.responseHeaderVersion(version)).data(),
        api.responseHeaderVersion(version),
        data,
        version);
  }

  private static int position(ByteBuffer frame, Payload payload) {
    ByteBuffer first = payload.batch().buffer();
    for (int i = 0; i + first.remaining() <= frame.limit(); i++) {
      if (frame.getLong(i) == first.getLong(0) && frame.getInt(i + 8) == first.getInt(8)) {
        return i;
      }
    }
    throw new AssertionError("no batch in the frame");
  }
}
