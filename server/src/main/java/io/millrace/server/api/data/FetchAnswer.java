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
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// One fetch from its first look at the partitions until it is encoded: answered at once when there
/// is enough to say, else parked until a partition moves on or the reader's patience ends.
///
/// An incremental fetch looks at the partitions of its session that are due, over and over; what it
/// finds settled it does not look at again. Any other fetch looks at all it names.
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
  private final ReadRequest ask = new ReadRequest();

  /// Where the answer names only what is news, else null.
  private final @Nullable FetchSession session;

  // The last look, and what it found.
  private List<FetchPartition> partitions;
  private ReadAnswer[] results;

  private @Nullable Watch watch;

  /// What [#watch] watches beside the session.
  private final List<Partition> watched = new ArrayList<>();

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
    this.session = context.incremental() ? context.session() : null;
    this.partitions = context.partitions();
    this.results = answers(partitions.size());
    ask.replicaId = request.replicaId;
    ask.replicaEpoch = request.replicaEpoch;
    ask.leaderOnly = request.fromFollower() || request.version < FIRST_FROM_FOLLOWERS;
    if (request.fromFollower()) {
      ask.isolation = ReadRequest.Isolation.LOG_END;
    } else if (request.readCommitted) {
      ask.isolation = ReadRequest.Isolation.COMMITTED;
    }
  }

  private static ReadAnswer[] answers(int n) {
    ReadAnswer[] answers = new ReadAnswer[n];
    for (int i = 0; i < n; i++) {
      answers[i] = new ReadAnswer();
    }
    return answers;
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

  /// Looks again, at what is due by now.
  private boolean lookAgain() {
    FetchSession sparse = session;
    if (sparse != null) {
      releaseAll();
      partitions = sparse.due();
      if (results.length != partitions.size()) {
        results = answers(partitions.size());
      }
    }
    return look();
  }

  /// Reads the partitions.
  ///
  /// @return whether there is enough to answer
  private boolean look() {
    if (partitions.isEmpty() && session == null) {
      return true;
    }
    TopicTable hosted = topics.hosted();
    long bytes = 0;
    boolean news = false;
    boolean watermarks = false;
    for (int i = 0; i < results.length; i++) {
      FetchPartition asked = partitions.get(i);
      ReadAnswer result = results[i];
      result.release();
      read(asked, hosted, bytes, result);
      bytes += result.bytes();
      news |=
          result.error() != Errors.NONE
              || result.diverging() != null
              || result.preferredReplica() >= 0;
      boolean named = asked.isNews(result, result.error());
      watermarks |= named;
      if (!named) {
        settle(asked, hosted, result);
      }
    }
    tellSoon |= watermarks && request.fromFollower() && context.incremental();
    return news || bytes >= request.minBytes;
  }

  private void settle(FetchPartition asked, TopicTable hosted, ReadAnswer result) {
    FetchSession sparse = session;
    Partition partition = partition(asked, hosted);
    if (sparse != null && partition != null && result.atEnd()) {
      sparse.settle(asked, partition, result.moves());
    }
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
    watchAll(parked);
    waitFor(tellSoon ? Math.min(request.maxWaitMs, WATERMARK_LINGER_MS) : request.maxWaitMs);
  }

  private void watchAll(Watch parked) {
    FetchSession sparse = session;
    TopicTable hosted = topics.hosted();
    for (int i = 0; i < results.length; i++) {
      results[i].release();
      Partition partition = partition(partitions.get(i), hosted);
      if (partition != null && (sparse == null || !sparse.isSettled(partitions.get(i)))) {
        watched.add(partition);
        partition.watch(parked, results[i].moves());
      }
    }
    if (sparse != null) {
      sparse.park(parked);
    }
  }

  private void unwatchAll(Watch parked) {
    for (Partition partition : watched) {
      partition.unwatch(parked);
    }
    watched.clear();
    FetchSession sparse = session;
    if (sparse != null) {
      sparse.unpark(parked);
    }
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
    unwatchAll(parked);
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
      if (lookAgain()) {
        unpark();
        answer();
        return;
      }
      if (session != null) {
        // Others are due now than when it parked.
        unwatchAll(this);
        watchAll(this);
      }
      if (tellSoon && !told) {
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
      lookAgain();
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
    releaseAll();
  }

  private void releaseAll() {
    for (ReadAnswer result : results) {
      result.release();
    }
  }

  @Override
  protected void encode(Connection out) {
    boolean[] named = new boolean[results.length];
    long throttledBytes = 0;
    FetchSession fetching = context.session();
    for (int i = 0; i < results.length; i++) {
      Errors error = error(results[i]);
      named[i] = !context.incremental() || partitions.get(i).isNews(results[i], error);
      if (named[i]) {
        partitions.get(i).told(results[i], error);
        throttledBytes += results[i].throttled() ? results[i].bytes() : 0;
        if (fetching != null && results[i].bytes() > 0) {
          fetching.rotate(partitions.get(i));
        }
      } else {
        results[i].release();
      }
    }
    topics.countThrottled(throttledBytes);
    LeaderHints hints =
        new LeaderHints(topics.image(), topics.hosted(), connection.listener().name());
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
