package io.millrace.replication;

import io.millrace.runtime.Clock;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;
import org.jspecify.annotations.Nullable;

/// The fetch sessions of a broker, at most `max.incremental.fetch.session.cache.slots` (KIP-227).
/// When it is full, a session that has not been used for two minutes makes room, and a follower's
/// session takes the place of the consumer's that was used least recently; else the newcomer does
/// without a session. A monitor.
public final class FetchSessions {

  /// Kafka's `FetchSessionCache` eviction time.
  private static final long EVICTION_NANOS = 120_000_000_000L;

  private final Clock clock;
  private final int slots;
  private final long fullLookNanos;
  private final RandomGenerator random;
  private final Object guard = new Object();

  /// Least recently used first.
  private final LinkedHashMap<Integer, FetchSession> sessions =
      new LinkedHashMap<>(16, 0.75f, true);

  /// @param fullLookNanos how long a session's partitions may go unread while nothing happens
  public FetchSessions(Clock clock, int slots, long fullLookNanos, RandomGenerator random) {
    this.clock = clock;
    this.slots = slots;
    this.fullLookNanos = fullLookNanos;
    this.random = random;
  }

  /// What a fetch is to read.
  ///
  /// @param error FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH or
  ///   FETCH_SESSION_TOPIC_ID_ERROR; nothing else counts then
  /// @param session null when the fetch has none
  /// @param partitions all where the answer is not incremental, else those of the session that are
  ///   to be looked at
  /// @param incremental whether the answer names only what is news
  public record Context(
      Errors error,
      @Nullable FetchSession session,
      boolean incremental,
      List<FetchPartition> partitions) {

    public int sessionId() {
      return session == null ? FetchMetadata.INVALID_SESSION_ID : session.id();
    }

    static Context refused(Errors error) {
      return new Context(error, null, false, List.of());
    }
  }

  /// Decides, by session id and epoch of a request, what it is to read.
  public Context open(
      int sessionId,
      int epoch,
      boolean topicIds,
      boolean fromFollower,
      List<FetchPartition> partitions,
      List<FetchPartition> forgotten) {
    if (epoch == FetchMetadata.INITIAL_EPOCH || epoch == FetchMetadata.FINAL_EPOCH) {
      remove(sessionId);
      FetchSession session =
          epoch == FetchMetadata.INITIAL_EPOCH && !partitions.isEmpty()
              ? create(topicIds, fromFollower, partitions)
              : null;
      return new Context(Errors.NONE, session, false, partitions);
    }
    long now = clock.nanos();
    FetchSession session;
    synchronized (guard) {
      session = sessions.get(sessionId);
      if (session != null) {
        session.lastUsedNanos = now;
      }
    }
    if (session == null) {
      return Context.refused(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }
    if (session.usesTopicIds() != topicIds) {
      return Context.refused(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
    }
    List<FetchPartition> due = session.advance(epoch, partitions, forgotten, now);
    if (due == null) {
      return Context.refused(Errors.INVALID_FETCH_SESSION_EPOCH);
    }
    if (session.size() == 0) {
      remove(sessionId);
      return new Context(Errors.NONE, null, false, List.of());
    }
    return new Context(Errors.NONE, session, true, due);
  }

  private void remove(int sessionId) {
    FetchSession gone;
    synchronized (guard) {
      gone = sessions.remove(sessionId);
    }
    if (gone != null) {
      gone.close();
    }
  }

  private @Nullable FetchSession create(
      boolean topicIds, boolean privileged, List<FetchPartition> partitions) {
    long now = clock.nanos();
    FetchSession evicted = null;
    FetchSession session;
    synchronized (guard) {
      if (sessions.size() >= slots) {
        evicted = evict(now, privileged);
        if (evicted == null) {
          return null;
        }
      }
      int id;
      do {
        id = 1 + random.nextInt(Integer.MAX_VALUE - 1);
      } while (sessions.containsKey(id));
      session = new FetchSession(id, topicIds, partitions, fullLookNanos, now);
      sessions.put(id, session);
    }
    if (evicted != null) {
      evicted.close();
    }
    return session;
  }

  private @Nullable FetchSession evict(long now, boolean privileged) {
    Iterator<FetchSession> oldestFirst = sessions.values().iterator();
    if (!oldestFirst.hasNext()) {
      return null;
    }
    FetchSession oldest = oldestFirst.next();
    if (privileged || now - oldest.lastUsedNanos > EVICTION_NANOS) {
      oldestFirst.remove();
      return oldest;
    }
    return null;
  }

  /// How many sessions there are.
  public int size() {
    synchronized (guard) {
      return sessions.size();
    }
  }
}
