package io.millrace.replication;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.requests.FetchMetadata;

/// What a follower's fetcher has told the leader about the partitions it wants, so that the next
/// request names only what is new (KIP-227). Belongs to one [ReplicaFetcher].
///
/// Several requests may be under way: each takes the next epoch when it is made.
final class FetcherSession {

  private final ReplicationSettings settings;
  private final int brokerId;
  private final Map<FollowedPartition.Key, FetchPartition> named = new LinkedHashMap<>();
  private final Map<Uuid, ForgottenTopic> forgotten = new LinkedHashMap<>();
  private final Set<FollowedPartition.Key> members = new LinkedHashSet<>();
  private int id = FetchMetadata.INVALID_SESSION_ID;
  private int epoch = FetchMetadata.INITIAL_EPOCH;

  /// The leader has no room for a session: every request names all, and waits as others do.
  private boolean sessionless;

  FetcherSession(ReplicationSettings settings, int brokerId) {
    this.settings = settings;
    this.brokerId = brokerId;
  }

  /// Whether the leader keeps no session yet, so that a request names all.
  boolean isFull() {
    return epoch == FetchMetadata.INITIAL_EPOCH;
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  /// Whether the next request would say anything new.
  boolean hasNews() {
    return !named.isEmpty() || !forgotten.isEmpty();
  }

  /// The leader has forgotten the session: all has to be named again.
  void reset() {
    id = FetchMetadata.INVALID_SESSION_ID;
    epoch = FetchMetadata.INITIAL_EPOCH;
    named.clear();
    forgotten.clear();
    members.clear();
  }

  /// The next request asks for it from this position on.
  void name(FollowedPartition followed, FollowerPosition position) {
    FollowedPartition.Key key = followed.key;
    ForgottenTopic dropped = forgotten.get(key.topicId());
    if (dropped != null) {
      dropped.partitions().remove((Integer) key.index());
      if (dropped.partitions().isEmpty()) {
        forgotten.remove(key.topicId());
      }
    }
    members.add(key);
    named.put(
        key,
        new FetchPartition()
            .setPartition(key.index())
            .setCurrentLeaderEpoch(followed.leaderEpoch)
            .setFetchOffset(position.fetchOffset)
            .setLastFetchedEpoch(position.lastFetchedEpoch)
            .setLogStartOffset(position.logStartOffset)
            .setPartitionMaxBytes(settings.fetchMaxBytes()));
  }

  /// The next request asks for it no more.
  void forget(FollowedPartition.Key key) {
    named.remove(key);
    if (members.remove(key)) {
      forgotten
          .computeIfAbsent(key.topicId(), topicId -> new ForgottenTopic().setTopicId(topicId))
          .partitions()
          .add(key.index());
    }
  }

  /// Whether a request may be made while an earlier one is not answered.
  boolean mayFollowOn() {
    return id != FetchMetadata.INVALID_SESSION_ID;
  }

  /// The request that says what has gathered. The first one is answered at once: until it is, the
  /// session is not known, and no other can follow.
  FetchRequestData next(long brokerEpoch) {
    FetchRequestData request =
        new FetchRequestData()
            .setReplicaState(new ReplicaState().setReplicaId(brokerId).setReplicaEpoch(brokerEpoch))
            .setMaxWaitMs(isFull() && !sessionless ? 0 : settings.fetchWaitMaxMs())
            .setMinBytes(settings.fetchMinBytes())
            .setMaxBytes(settings.fetchResponseMaxBytes())
            .setSessionId(id)
            .setSessionEpoch(epoch)
            .setTopics(topics())
            .setForgottenTopicsData(isFull() ? List.of() : new ArrayList<>(forgotten.values()));
    named.clear();
    forgotten.clear();
    epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    return request;
  }

  private List<FetchTopic> topics() {
    Map<Uuid, FetchTopic> topics = new LinkedHashMap<>();
    named.forEach((key, partition) ->
        topics
            .computeIfAbsent(key.topicId(), topicId -> new FetchTopic().setTopicId(topicId))
            .partitions()
            .add(partition));
    return new ArrayList<>(topics.values());
  }

  /// The leader has answered.
  ///
  /// @param answeredId 0 when the leader keeps no session
  /// @return whether the next request has to name all
  boolean onAnswer(int answeredId) {
    id = answeredId;
    sessionless = answeredId == FetchMetadata.INVALID_SESSION_ID;
    return sessionless;
  }
}
