package io.millrace.replication;

import io.millrace.runtime.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which fetcher fetches which followed partition: `num.replica.fetchers` for every broker that
/// leads some; others for the partitions that ask for fsync, which wait for their group commits and
/// would hold the others back; and others for the replicas that are not in sync, so that those that
/// have much to copy take their turn among themselves, and nobody's acknowledgement waits for them.
///
/// Called on the metadata loop; the fetchers live on connection loops and get messages.
final class ReplicaFetchers {

  /// @param synced whether its partitions ask for fsync before the acknowledgement
  /// @param catchingUp whether its partitions are not in sync
  private record Lane(int broker, int index, boolean synced, boolean catchingUp) {}

  private record Assignment(Lane lane, int leaderEpoch) {}

  private final FetcherHost host;
  private final Map<Lane, ReplicaFetcher> fetchers = new LinkedHashMap<>();
  private final Map<FollowedPartition.Key, Assignment> assigned = new LinkedHashMap<>();

  /// What [#begin] hands over. A partition that leaves before that is gone when its turn comes.
  private final Map<ReplicaFetcher, List<FollowedPartition>> gathered = new LinkedHashMap<>();

  /// Fetchers from brokers that may lead next, for [#begin] to connect.
  private final Set<ReplicaFetcher> prepared = new LinkedHashSet<>();

  private boolean closed;

  ReplicaFetchers(FetcherHost host) {
    this.host = host;
  }

  /// Any of these brokers may lead the partition next, or lead it for this broker as one in sync.
  /// They get a connection after [#begin], so that whoever begins to follow, and holds back what is
  /// committed until it fetches, waits for one round trip and not for four.
  void prepare(Partition partition, int[] replicas) {
    if (closed) {
      return;
    }
    for (int broker : replicas) {
      if (broker != host.brokerId()) {
        prepared.add(fetchers.computeIfAbsent(lane(partition, broker, false), this::fetcher));
      }
    }
  }

  /// The partition follows `leader` from now on; it is fetched after [#begin].
  void follow(Partition partition, int leader, int leaderEpoch) {
    if (closed) {
      return;
    }
    FollowedPartition next = new FollowedPartition(partition, leaderEpoch);
    Lane lane = lane(partition, leader, !partition.isInSync());
    Assignment before = assigned.put(next.key, new Assignment(lane, leaderEpoch));
    if (before != null) {
      if (before.lane.equals(lane) && before.leaderEpoch == leaderEpoch) {
        return;
      }
      if (!before.lane.equals(lane)) {
        leave(next.key, before);
      }
    }
    gathered
        .computeIfAbsent(fetchers.computeIfAbsent(lane, this::fetcher), _ -> new ArrayList<>())
        .add(next);
  }

  /// Lets the fetchers begin with what has gathered since the last time, together.
  void begin() {
    gathered.forEach((fetcher, more) -> fetcher.loop().execute(() -> fetcher.follow(more)));
    gathered.clear();
    prepared.forEach(fetcher -> fetcher.loop().execute(fetcher::connect));
    prepared.clear();
  }

  /// The partition follows nobody any more.
  void unfollow(Partition partition) {
    FollowedPartition.Key key =
        new FollowedPartition.Key(partition.id().topicId(), partition.id().partition());
    Assignment before = assigned.remove(key);
    if (before != null) {
      leave(key, before);
    }
  }

  /// The topic's settings have changed.
  void reconsider(Partition partition) {
    FollowedPartition.Key key =
        new FollowedPartition.Key(partition.id().topicId(), partition.id().partition());
    Assignment now = assigned.get(key);
    if (now != null) {
      follow(partition, now.lane.broker(), now.leaderEpoch);
    }
  }

  private void leave(FollowedPartition.Key key, Assignment before) {
    ReplicaFetcher fetcher = fetchers.get(before.lane);
    if (fetcher != null) {
      fetcher.loop().execute(() -> fetcher.unfollow(key, before.leaderEpoch));
    }
  }

  private Lane lane(Partition partition, int leader, boolean catchingUp) {
    int index =
        Math.floorMod(
            31 * partition.id().topic().hashCode() + partition.id().partition(),
            host.settings().fetchers());
    return new Lane(leader, index, partition.syncsBeforeAck(), catchingUp);
  }

  private ReplicaFetcher fetcher(Lane lane) {
    List<EventLoop> loops = host.world().loops();
    EventLoop loop =
        loops.get(
            Math.floorMod(lane.broker + lane.index + (lane.catchingUp ? 1 : 0), loops.size()));
    return new ReplicaFetcher(host, lane.broker, loop);
  }

  /// No partition is fetched any more; nothing is handed over after what is under way now.
  void close() {
    closed = true;
    assigned.clear();
    fetchers.values().forEach(fetcher -> fetcher.loop().execute(fetcher::close));
    fetchers.clear();
  }
}
