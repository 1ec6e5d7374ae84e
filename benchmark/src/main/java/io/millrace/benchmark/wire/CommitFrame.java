package io.millrace.benchmark.wire;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;

/// An OffsetCommit request of a group without members, for a range of a topic's partitions, encoded
/// once. Between two uses only the correlation id and the offset, the same for all partitions,
/// change. Owned by one connection: the bytes must stay until they are written.
public final class CommitFrame {
  private static final long ANY_OFFSET = 0x5eed_cafe_5eed_cafeL;

  private final ByteBuffer frame;
  private final int[] offsetPositions;

  /// @param first the first partition
  /// @param count how many partitions
  public CommitFrame(String group, Uuid topicId, int first, int count) {
    List<OffsetCommitRequestPartition> partitions =
        IntStream.range(first, first + count)
            .mapToObj(partition ->
                new OffsetCommitRequestPartition()
                    .setPartitionIndex(partition)
                    .setCommittedOffset(ANY_OFFSET)
                    .setCommittedMetadata(""))
            .toList();
    OffsetCommitRequestTopic topic =
        new OffsetCommitRequestTopic().setTopicId(topicId).setPartitions(partitions);
    this.frame =
        Frames.of(
            ApiKeys.OFFSET_COMMIT,
            new OffsetCommitRequestData().setGroupId(group).setTopics(List.of(topic)));
    this.offsetPositions =
        IntStream.range(0, frame.limit() - Long.BYTES + 1)
            .filter(at -> frame.getLong(at) == ANY_OFFSET)
            .toArray();
    if (offsetPositions.length != count) {
      throw new IllegalStateException("the frame lacks its offsets");
    }
  }

  /// The frame that commits `offset` in each of its partitions, ready to be written.
  public ByteBuffer next(int correlationId, long offset) {
    frame.clear().putInt(Frames.CORRELATION_POSITION, correlationId);
    for (int position : offsetPositions) {
      frame.putLong(position, offset);
    }
    return frame;
  }

  /// The first error code in the answer that begins at `position` with its correlation id; 0 when
  /// every partition was committed.
  public static short error(ByteBuffer in, int position) {
    Bytes bytes = new Bytes().at(in, position).skip(Integer.BYTES).skipTags().skip(Integer.BYTES);
    for (int topics = bytes.compactLength(); topics > 0; topics--) {
      bytes.skip(2 * Long.BYTES);
      for (int partitions = bytes.compactLength(); partitions > 0; partitions--) {
        bytes.int32();
        short error = bytes.int16();
        if (error != 0) {
          return error;
        }
        bytes.skipTags();
      }
      bytes.skipTags();
    }
    return 0;
  }
}
