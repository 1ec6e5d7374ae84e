package io.millrace.replication;

import io.millrace.log.EpochEnd;
import io.millrace.metadata.peer.PeerConnection;
import io.millrace.metadata.peer.PeerFailure;
import io.millrace.metadata.peer.PeerRequest;
import io.millrace.metadata.peer.ResponseHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Mailbox;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Fetches what this broker follows on one other broker, over one connection, and hands it to the
/// partitions. Belongs to one connection loop: records go from the receive buffer to the log there.
///
/// One request is under way at a time. It may be parked at the leader, so where a partition has
/// become urgent (it has a new leader: nothing is committed there until its followers ask) a second
/// one follows, and the leader answers the first at once.
///
/// A request acknowledges what was fetched before. So while a partition that asks for fsync waits
/// for its group commit, the whole fetcher waits with it; such partitions have fetchers of their
/// own ([ReplicaFetchers]).
final class ReplicaFetcher {

  private static final Logger LOG = LoggerFactory.getLogger(ReplicaFetcher.class);

  /// The first version that carries the follower's broker epoch.
  private static final short OLDEST_FETCH = 15;

  private static final long FIRST_PAUSE_MS = 10;

  /// While the leader and this broker do not agree yet who leads: the metadata is on its way to one
  /// of them, and nothing is committed until it is there. So often, then as for other errors.
  private static final long SOON_MS = 3;

  private static final int SOON = 4;
  private static final int MAX_IN_FLIGHT = 3;

  /// The limit may have been lifted meanwhile.
  private static final long MAX_THROTTLE_NANOS = 500_000_000L;

  private final FetcherHost host;
  private final int source;
  private final EventLoop loop;
  private final ReplicationSettings settings;
  private final FetcherSession session;
  private final Map<FollowedPartition.Key, FollowedPartition> followed = new LinkedHashMap<>();
  private final Set<FollowedPartition> dirty = new LinkedHashSet<>();
  private final FetchResponseReader reader = new FetchResponseReader();
  private final FollowerPosition position = new FollowerPosition();
  private final SyncWatch syncs;
  private final LeaderOffsets offsets;
  private @Nullable PeerConnection connection;

  /// Counts requests; the connection's failure makes those under way void.
  private long requests;

  private int underWay;
  private int failures;
  private boolean pausing;
  private boolean closed;

  /// @param source the broker that leads
  ReplicaFetcher(FetcherHost host, int source, EventLoop loop) {
    this.host = host;
    this.source = source;
    this.loop = loop;
    this.settings = host.settings();
    this.session = new FetcherSession(settings, host.brokerId());
    this.syncs = new SyncWatch(new Mailbox(loop, () -> {}));
    this.offsets = new LeaderOffsets(host.brokerId(), settings.socketTimeoutMs());
  }

  EventLoop loop() {
    return loop;
  }

  /// On the loop.
  void follow(List<FollowedPartition> more) {
    for (FollowedPartition next : more) {
      FollowedPartition before = followed.put(next.key, next);
      if (before != null) {
        drop(before);
      }
      dirty.add(next);
    }
    fetch(true);
  }

  /// Connects though there is nothing to fetch yet. On the loop.
  void connect() {
    if (closed || !followed.isEmpty()) {
      return;
    }
    PeerConnection known = connection;
    FetcherHost.Address address = host.addressOf(source);
    if (known != null && (address == null || !known.leadsTo(address.host(), address.port()))) {
      disconnect();
    }
    PeerConnection to = connected();
    if (to != null) {
      to.connect();
    }
  }

  /// On the loop. Does nothing when it is followed in a later epoch by now.
  void unfollow(FollowedPartition.Key key, int leaderEpoch) {
    FollowedPartition gone = followed.get(key);
    if (gone != null && gone.leaderEpoch <= leaderEpoch) {
      followed.remove(key);
      drop(gone);
      if (followed.isEmpty()) {
        disconnect();
      }
    }
  }

  /// On the loop.
  void close() {
    closed = true;
    followed.values().forEach(this::unwatch);
    followed.clear();
    dirty.clear();
    disconnect();
  }

  private void drop(FollowedPartition gone) {
    dirty.remove(gone);
    unwatch(gone);
    if (gone.inSession) {
      gone.inSession = false;
      session.forget(gone.key);
    }
  }

  private boolean isCurrent(FollowedPartition one) {
    return followed.get(one.key) == one;
  }

  /// Sends the next request, if the time has come.
  ///
  /// @param urgent whether it may follow on a parked one
  private void fetch(boolean urgent) {
    if (closed || pausing || underWay > (urgent ? 1 : 0)) {
      return;
    }
    long brokerEpoch = host.brokerEpoch();
    if (brokerEpoch < 0) {
      pause(FIRST_PAUSE_MS);
      return;
    }
    boolean syncing = nameDirty();
    boolean followsOn = underWay > 0;
    if (syncing
        || session.isEmpty()
        || (followsOn && !(session.mayFollowOn() && session.hasNews()))) {
      return;
    }
    send(session.next(brokerEpoch));
  }

  /// @return whether a partition must be synced before anything is acknowledged
  private boolean nameDirty() {
    boolean syncing = false;
    for (FollowedPartition one : List.copyOf(dirty)) {
      if (one.held) {
        continue;
      }
      switch (one.partition.position(one.leaderEpoch, position)) {
        case READY -> {
          dirty.remove(one);
          unwatch(one);
          if (!mustWait(one)) {
            name(one);
          }
        }
        case SYNCING -> {
          syncing = true;
          watch(one);
        }
        case LATER -> retryLater(one);
        case GONE -> {
          followed.remove(one.key);
          drop(one);
        }
      }
    }
    return syncing;
  }

  /// Holds a replica that catches up while this broker has fetched as much as it may (KIP-73).
  private boolean mustWait(FollowedPartition one) {
    one.throttled = position.throttled;
    long delay =
        position.throttled && !position.inSync && !one.caughtUp
            ? host.quotas().follower().delayNanos()
            : 0;
    if (delay > 0) {
      hold(one);
      loop.schedule(Math.min(delay, MAX_THROTTLE_NANOS), () -> release(one));
    }
    return delay > 0;
  }

  private void name(FollowedPartition one) {
    if (one.inSession
        && one.sentOffset == position.fetchOffset
        && one.sentLastEpoch == position.lastFetchedEpoch
        && one.sentLogStart == position.logStartOffset) {
      return;
    }
    one.inSession = true;
    one.sentOffset = position.fetchOffset;
    one.sentLastEpoch = position.lastFetchedEpoch;
    one.sentLogStart = position.logStartOffset;
    one.sentIn = requests;
    session.name(one, position);
  }

  private void send(FetchRequestData request) {
    PeerConnection to = connected();
    if (to == null) {
      onFailure(requests, "its address is not known");
      return;
    }
    long number = requests++;
    underWay++;
    to.send(
        new PeerRequest(ApiKeys.FETCH, OLDEST_FETCH, ApiKeys.FETCH.latestVersion(), _ -> request),
        settings.socketTimeoutMs(),
        new ResponseHandler() {
          @Override
          public void onResponse(short version, ByteBuffer body) {
            if (to == connection) {
              underWay--;
              onFetched(number, body);
            }
          }

          @Override
          public void onFailure(PeerFailure failure) {
            if (to == connection) {
              ReplicaFetcher.this.onFailure(number, failure.toString());
            }
          }
        });
  }

  private @Nullable PeerConnection connected() {
    PeerConnection known = connection;
    if (known == null) {
      known = host.connectionTo(source, loop, "replica-fetcher-", MAX_IN_FLIGHT);
      connection = known;
    }
    return known;
  }

  private void disconnect() {
    PeerConnection old = connection;
    connection = null;
    underWay = 0;
    if (old != null) {
      old.close();
    }
    startOver();
  }

  /// The leader has no session of ours: everything is named again.
  private void startOver() {
    session.reset();
    for (FollowedPartition one : followed.values()) {
      one.inSession = false;
      dirty.add(one);
    }
  }

  private void onFailure(long number, String reason) {
    if (failures++ == 0) {
      LOG.info("fetching from broker {} fails (request {}): {}", source, number, reason);
    }
    disconnect();
    pause(backoffMs(failures));
  }

  private long backoffMs(int failed) {
    return Math.min(settings.fetchBackoffMs(), FIRST_PAUSE_MS << Math.min(10, failed - 1));
  }

  private void pause(long ms) {
    pausing = true;
    loop.schedule(
        ms * 1_000_000L,
        () -> {
          pausing = false;
          fetch(false);
        });
  }

  private void onFetched(long number, ByteBuffer body) {
    reader.read(body, (fetched, response) -> onFetched(number, fetched, response));
    switch (reader.error()) {
      case NONE -> {
        failures = 0;
        if (session.onAnswer(reader.sessionId())) {
          startOver();
        }
      }
      case FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR ->
          startOver();
      default -> {
        onFailure(number, reader.error().name());
        return;
      }
    }
    fetch(false);
  }

  private void onFetched(long number, FetchedPartition fetched, ByteBuffer response) {
    FollowedPartition one = followed.get(new FollowedPartition.Key(fetched.topicId, fetched.index));
    if (one == null || !one.inSession || one.held || one.sentIn > number) {
      return;
    }
    if (fetched.error == Errors.OFFSET_OUT_OF_RANGE) {
      askOffsets(one);
    } else if (fetched.error != Errors.NONE) {
      LOG.debug("{}: broker {} answers {}", one.partition, source, fetched.error);
      if (Following.isTransient(fetched.error) && ++one.disagreements <= SOON) {
        hold(one);
        loop.schedule(SOON_MS * 1_000_000L, () -> release(one));
      } else {
        retryLater(one);
      }
    } else if (fetched.divergingEpoch >= 0) {
      cut(
          one,
          new CutPoint.Diverged(
              one.sentOffset,
              one.sentLastEpoch,
              new EpochEnd(fetched.divergingEpoch, fetched.divergingEndOffset)));
    } else {
      switch (one.partition.onFetched(one.leaderEpoch, one.sentOffset, fetched, response)) {
        case TAKEN -> {
          one.failures = 0;
          one.disagreements = 0;
          one.caughtUp = one.partition.logEndOffset() >= fetched.highWatermark;
          if (one.throttled) {
            host.quotas().follower().record(fetched.recordsLength);
          }
          if (fetched.recordsLength > 0 || fetched.logStartOffset > one.sentLogStart) {
            dirty.add(one);
          }
        }
        case STALE -> dirty.add(one);
        case SPANS_START -> cut(one, CutPoint.Within.firstOf(one.sentOffset, fetched, response));
        case REFILLS -> cut(one, CutPoint.Refill.of(one.sentOffset, fetched, response));
        case UNLIKE -> cut(one, new CutPoint.Unlike(one.sentOffset));
        case REFUSED -> retryLater(one);
        case FAILED -> {
          followed.remove(one.key);
          drop(one);
        }
      }
    }
  }

  private void hold(FollowedPartition one) {
    one.held = true;
    dirty.remove(one);
    if (one.inSession) {
      one.inSession = false;
      session.forget(one.key);
    }
  }

  private void release(FollowedPartition one) {
    if (isCurrent(one)) {
      one.held = false;
      dirty.add(one);
      fetch(true);
    }
  }

  private void retryLater(FollowedPartition one) {
    hold(one);
    one.failures++;
    loop.schedule(backoffMs(one.failures) * 1_000_000L, () -> release(one));
  }

  private void cut(FollowedPartition one, CutPoint point) {
    hold(one);
    host.world()
        .workers()
        .execute(() -> {
          one.partition.cut(one.leaderEpoch, point);
          loop.execute(() -> release(one));
        });
  }

  /// The leader has nothing at the offset: its log ends below this one's, or begins behind it.
  private void askOffsets(FollowedPartition one) {
    PeerConnection to = connection;
    hold(one);
    if (to == null) {
      return;
    }
    long end = one.sentOffset;
    offsets.latest(
        to,
        one,
        leaderEnd -> {
          if (leaderEnd < 0) {
            retryLater(one);
          } else if (leaderEnd < end) {
            cut(one, new CutPoint.LeaderEndsBelow(end, leaderEnd));
          } else {
            offsets.earliest(
                to,
                one,
                leaderStart -> {
                  if (leaderStart > end) {
                    cut(one, new CutPoint.LeaderStartsAbove(end, leaderStart));
                  } else {
                    retryLater(one);
                  }
                });
          }
        });
  }

  private void watch(FollowedPartition one) {
    if (!one.watched) {
      one.watched = true;
      one.partition.watch(syncs, position.moves);
      one.partition.requestSync();
    }
  }

  private void unwatch(FollowedPartition one) {
    if (one.watched) {
      one.watched = false;
      one.partition.unwatch(syncs);
    }
  }

  /// Told when partitions that are being synced move on.
  private final class SyncWatch extends ProgressWatcher {

    SyncWatch(Mailbox mailbox) {
      super(mailbox);
    }

    @Override
    protected void onProgress() {
      fetch(true);
    }
  }

  /// For tests and messages: the partitions fetched here.
  List<FollowedPartition> followed() {
    return new ArrayList<>(followed.values());
  }
}
