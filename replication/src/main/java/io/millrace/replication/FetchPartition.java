package io.millrace.replication;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// One partition of a fetch: what the reader asks for, and what it was told last (KIP-227). Belongs
/// to its [FetchSession], or to the request where there is none.
public final class FetchPartition {

  private final @Nullable String topic;
  private final Uuid topicId;
  private final int index;

  // What the reader asks for.
  public int currentLeaderEpoch = -1;
  public long fetchOffset;
  public int lastFetchedEpoch = -1;
  public long logStartOffset = -1;
  public int maxBytes;

  // What it was told last; -1 for nothing yet.
  private long toldHighWatermark = -1;
  private long toldLogStartOffset = -1;

  // How its session hears that it has moved on; under the session's guard.
  Watchers.@Nullable Alarm alarm;
  @Nullable Partition armedAt;

  // Where it was found last.
  private @Nullable TopicTable table;
  private @Nullable HostedTopic hosted;

  /// @param topic null when the reader names topics by id
  /// @param topicId zero when the reader names topics by name
  public FetchPartition(@Nullable String topic, Uuid topicId, int index) {
    this.topic = topic;
    this.topicId = topicId;
    this.index = index;
  }

  public @Nullable String topic() {
    return topic;
  }

  public Uuid topicId() {
    return topicId;
  }

  public int index() {
    return index;
  }

  /// The topic where this broker hosts some of it, else null.
  public @Nullable HostedTopic hosted(TopicTable current) {
    if (table != current) {
      table = current;
      String name = topic;
      hosted = name != null ? current.topic(name) : current.topic(topicId);
    }
    return hosted;
  }

  /// Takes over what a later request of the session asks for.
  void ask(FetchPartition later) {
    currentLeaderEpoch = later.currentLeaderEpoch;
    fetchOffset = later.fetchOffset;
    lastFetchedEpoch = later.lastFetchedEpoch;
    logStartOffset = later.logStartOffset;
    maxBytes = later.maxBytes;
  }

  /// Whether an incremental answer must name this partition.
  public boolean isNews(ReadAnswer answer, Errors error) {
    return answer.bytes() > 0
        || error != Errors.NONE
        || answer.diverging() != null
        || answer.preferredReplica() >= 0
        || toldHighWatermark != answer.highWatermark()
        || toldLogStartOffset != answer.logStartOffset();
  }

  /// The reader is being told this.
  public void told(ReadAnswer answer, Errors error) {
    // After an error the partition is told again, whatever its high watermark.
    toldHighWatermark = error == Errors.NONE ? answer.highWatermark() : -1;
    toldLogStartOffset = answer.logStartOffset();
  }

  /// Two partitions of one session are the same if this is equal.
  record Key(@Nullable String topic, Uuid topicId, int index) {}

  Key key() {
    return new Key(topic, topicId, index);
  }
}
