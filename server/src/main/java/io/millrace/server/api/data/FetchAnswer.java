package io.millrace.server.api.data;

import io.millrace.replication.FetchPartition;
import io.millrace.replication.FetchSession;
import io.millrace.replication.FetchSessions;
import io.millrace.replication.HostedTopic;
import io.millrace.replication.Partition;
import io.millrace.replication.ProgressWatcher;
import io.millrace.replication.ReadAnswer;
import io.millrace.replication.ReadRequest;
import io.millrace.replication.TopicTable;
import io.millrace.runtime.Connection;
import io.millrace.runtime.Timer;
import io.millrace.server.request.Answer;
import io.millrace.server.request.WireConnection;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// One fetch from its first look at the partitions until it is encoded: answered at once when there
/// is enough to say, else parked until a partition moves on or the reader's patience ends.
///
/// Belongs to its connection's loop.
final class FetchAnswer extends Answer {

  /// KIP-392.
  private static final short FIRST_FROM_FOLLOWERS = 11;

  /// How long a follower may go without a new high watermark, which most often comes with the next
  /// records.
  private static final int WATERMARK_LINGER_MS = 20;

  private final WireConnection connection;
  private final int correlationId;
  private final FetchRequest request;
  private final FetchSessions.Context context;
  private final ClusterTopics topics;
  private final List<FetchPartition> partitions;
  private final ReadAnswer[] results;
  private final ReadRequest ask = new ReadRequest();
  private @Nullable Watch watch;
  private @Nullable Timer timeout;
  private boolean answered;

  /// A follower is to learn of a new high watermark: with the next records, or without them soon.
  private boolean tellSoon;

  FetchAnswer(
      WireConnection connection,
      int correlationId,
      FetchRequest request,
      FetchSessions.Context context,
      ClusterTopics topics) {
    this.connection = connection;
    this.correlationId = correlationId;
    this.request = request;
    this.context = context;
    this.topics = topics;
    this.partitions = context.partitions();
    this.results = new ReadAnswer[partitions.size()];
    for (int i = 0; i < results.length; i++) {
      results[i] = new ReadAnswer();
    }
    ask.replicaId = request.replicaId;
    ask.replicaEpoch = request.replicaEpoch;
    ask.leaderOnly = request.fromFollower() || request.version < FIRST_FROM_FOLLOWERS;
    if (request.fromFollower()) {
      ask.isolation = ReadRequest.Isolation.LOG_END;
    } else if (request.readCommitted) {
      ask.isolation = ReadRequest.Isolation.COMMITTED;
    }
  }

  void start() {
    if (context.error() != Errors.NONE) {
      answer();
      return;
    }
    // What a follower has is what it had when it asked, however often it is looked at.
    ask.isProgress = request.fromFollower();
    boolean enough = look();
    ask.isProgress = false;
    if (enough || request.maxWaitMs <= 0) {
      answer();
    } else {
      park();
    }
  }

  /// Reads all partitions.
  ///
  /// @return whether there is enough to answer
  private boolean look() {
    if (partitions.isEmpty()) {
      return true;
    }
    TopicTable hosted = topics.hosted();
    long bytes = 0;
    boolean news = false;
    boolean watermarks = false;
    for (int i = 0; i < results.length; i++) {
      results[i].release();
      read(partitions.get(i), hosted, bytes, results[i]);
      bytes += results[i].bytes();
      news |=
          results[i].error() != Errors.NONE
              || results[i].diverging() != null
              || results[i].preferredReplica() >= 0;
      watermarks |= partitions.get(i).isNews(results[i], results[i].error());
    }
    tellSoon |= watermarks && request.fromFollower() && context.incremental();
    return news || bytes >= request.minBytes;
  }

  private void read(FetchPartition asked, TopicTable hosted, long bytesSoFar, ReadAnswer result) {
    HostedTopic topic = asked.hosted(hosted);
    Partition partition = topic == null ? null : topic.partition(asked.index());
    if (partition == null) {
      String name = asked.topic();
      result.refuse(
          name != null
              ? topics.absent(name, asked.index())
              : topics.absent(asked.topicId(), asked.index()));
      return;
    }
    ask.currentLeaderEpoch = asked.currentLeaderEpoch;
    ask.fetchOffset = asked.fetchOffset;
    ask.followerLogStart = asked.logStartOffset;
    ask.lastFetchedEpoch = asked.lastFetchedEpoch;
    ask.maxBytes = (int) Math.max(0, Math.min(asked.maxBytes, request.maxBytes - bytesSoFar));
    ask.minOneBatch = bytesSoFar == 0;
    int preferred = preferredReplica(partition, asked);
    ask.offsetsOnly = preferred >= 0;
    partition.read(ask, result);
    if (preferred >= 0 && result.error() == Errors.NONE) {
      result.preferReplica(preferred);
    }
  }

  /// The replica that a consumer had better read from; -1 for the one here.
  private int preferredReplica(Partition partition, FetchPartition asked) {
    ReplicaChoice choice = topics.replicaChoice();
    if (choice == null || request.fromFollower() || request.version < FIRST_FROM_FOLLOWERS) {
      return -1;
    }
    return choice.preferred(partition, asked.fetchOffset, request.rackId, connection);
  }

  private void park() {
    Watch parked = new Watch();
    watch = parked;
    TopicTable hosted = topics.hosted();
    for (int i = 0; i < results.length; i++) {
      results[i].release();
      Partition partition = partition(partitions.get(i), hosted);
      if (partition != null) {
        partition.watch(parked, results[i].moves());
      }
    }
    waitFor(tellSoon ? Math.min(request.maxWaitMs, WATERMARK_LINGER_MS) : request.maxWaitMs);
  }

  private void waitFor(int ms) {
    Timer before = timeout;
    if (before != null) {
      before.cancel();
    }
    timeout =
        connection
            .loop()
            .schedule(ms * 1_000_000L, () -> connection.context().step(this::onTimeout));
  }

  private static @Nullable Partition partition(FetchPartition asked, TopicTable hosted) {
    HostedTopic topic = asked.hosted(hosted);
    return topic == null ? null : topic.partition(asked.index());
  }

  private void unpark() {
    Watch parked = watch;
    if (parked == null) {
      return;
    }
    watch = null;
    TopicTable hosted = topics.hosted();
    for (FetchPartition asked : partitions) {
      Partition partition = partition(asked, hosted);
      if (partition != null) {
        partition.unwatch(parked);
      }
    }
    Timer timer = timeout;
    if (timer != null) {
      timer.cancel();
    }
  }

  /// What partitions signal while the fetch is parked.
  private final class Watch extends ProgressWatcher {

    Watch() {
      super(connection.context().mailbox());
    }

    @Override
    protected void onProgress() {
      if (watch != this) {
        return;
      }
      boolean told = tellSoon;
      if (look()) {
        unpark();
        answer();
      } else if (tellSoon && !told) {
        waitFor(Math.min(request.maxWaitMs, WATERMARK_LINGER_MS));
      }
    }
  }

  /// A follower that asks again does not want to wait for this any longer: one of its partitions
  /// has come to be urgent. Consumers wait in order, as with Kafka.
  @Override
  protected void onSuccessor() {
    if (request.fromFollower()) {
      onTimeout();
    }
  }

  private void onTimeout() {
    if (watch != null) {
      look();
      unpark();
      answer();
    }
  }

  private void answer() {
    answered = true;
    connection.ready(this);
  }

  @Override
  protected void discard() {
    if (!answered) {
      unpark();
    }
    for (ReadAnswer result : results) {
      result.release();
    }
  }

  @Override
  protected void encode(Connection out) {
    boolean[] named = new boolean[results.length];
    long throttledBytes = 0;
    FetchSession session = context.session();
    for (int i = 0; i < results.length; i++) {
      Errors error = error(results[i]);
      named[i] = !context.incremental() || partitions.get(i).isNews(results[i], error);
      if (named[i]) {
        partitions.get(i).told(results[i], error);
        throttledBytes += results[i].throttled() ? results[i].bytes() : 0;
        if (session != null && results[i].bytes() > 0) {
          session.rotate(partitions.get(i));
        }
      } else {
        results[i].release();
      }
    }
    topics.countThrottled(throttledBytes);
    LeaderHints hints = new LeaderHints(topics.image(), connection.listener().name());
    new FetchEncoder(request, partitions, results, named, hints)
        .encode(out, correlationId, context);
  }

  private Errors error(ReadAnswer result) {
    return error(result, request.version);
  }

  /// Clients of versions up to 5 do not know KAFKA_STORAGE_ERROR.
  static Errors error(ReadAnswer result, short version) {
    return version <= 5 && result.error() == Errors.KAFKA_STORAGE_ERROR
        ? Errors.NOT_LEADER_OR_FOLLOWER
        : result.error();
  }
}
