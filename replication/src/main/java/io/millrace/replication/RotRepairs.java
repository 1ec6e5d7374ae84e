package io.millrace.replication;

import io.millrace.log.RepairOutcome;
import io.millrace.log.scrub.ScrubFigures;
import io.millrace.log.scrub.ScrubListener;
import io.millrace.log.segment.RottenRange;
import io.millrace.metadata.peer.PeerConnection;
import io.millrace.metadata.peer.PeerFailure;
import io.millrace.metadata.peer.PeerRequest;
import io.millrace.metadata.peer.ResponseHandler;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.EventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes rotten ranges of this broker's logs again, with the bytes that another replica has. One
/// at a time; leaders and followers alike, since the same offset and epoch mean the same batch on
/// every replica.
///
/// Other replicas are asked as a consumer would ask, so that what they answer is committed, and
/// that no leader takes the question for a follower's progress: the leader first, then who is in
/// sync, then the others. What comes is written where it is just what was there
/// ([RepairOutcome.Unfit] else), and nothing is ever removed for it.
///
/// ```
///  WAITING --its turn--> ASKING one replica --a fitting piece--> ASKING it for the next
///  ASKING  --the last piece--> SYNCING --> whole
///  ASKING  --no answer, nothing fits--> ASKING the next replica
///  ASKING  --none left--> WAITING again, later; *lost* where all have answered
/// ```
///
/// Lives on one connection loop.
final class RotRepairs implements ScrubListener {

  private static final Logger LOG = LoggerFactory.getLogger(RotRepairs.class);

  private static final short OLDEST_FETCH = FetchResponseReader.OLDEST_VERSION;
  private static final int PIECE_BYTES = 1 << 20;
  private static final int MOST_WAITING = 10_000;
  private static final long FIRST_PAUSE_MS = 1_000;

  /// Where all have answered; and where somebody may come back who can help.
  private static final long LONGEST_PAUSE_MS = 300_000;

  private static final long LONGEST_WAIT_MS = 30_000;

  private final FetcherHost host;
  private final Function<TopicPartition, @Nullable Partition> hosted;
  private final ScrubFigures figures;
  private final EventLoop loop;
  private final FetchResponseReader reader = new FetchResponseReader();
  private final Deque<Repair> waiting = new ArrayDeque<>();

  /// Those that nobody could help, until they ask again.
  private final List<Repair> resting = new ArrayList<>();

  private final Map<Integer, PeerConnection> connections = new LinkedHashMap<>();
  private @Nullable Repair underWay;
  private boolean closed;

  /// @param hosted the partition on this broker, null when it has left
  RotRepairs(
      FetcherHost host,
      Function<TopicPartition, @Nullable Partition> hosted,
      ScrubFigures figures) {
    this.host = host;
    this.hosted = hosted;
    this.figures = figures;
    this.loop = host.world().loops().getFirst();
  }

  /// One range on its way to be whole.
  private static final class Repair {
    final Partition partition;
    RottenRange range;
    final Deque<Integer> sources = new ArrayDeque<>();

    /// A replica did not answer, which may have it.
    boolean unheard;

    int failures;

    Repair(Partition partition, RottenRange range) {
      this.partition = partition;
      this.range = range;
    }

    boolean isFor(Partition of, RottenRange found) {
      return partition == of
          && range.segmentOffset() == found.segmentOffset()
          && range.endPosition() == found.endPosition();
    }
  }

  /// Any thread.
  @Override
  public void onRot(TopicPartition topicPartition, RottenRange range) {
    loop.execute(() -> {
      Partition partition = hosted.apply(topicPartition);
      if (partition != null) {
        request(partition, range);
      }
    });
  }

  /// A start has found it, in the log of what leads now. Any thread.
  void onDamage(Partition partition, RottenRange range) {
    loop.execute(() -> request(partition, range));
  }

  private void request(Partition partition, RottenRange range) {
    Repair now = underWay;
    if (closed
        || waiting.size() >= MOST_WAITING
        || (now != null && now.isFor(partition, range))
        || Stream.concat(waiting.stream(), resting.stream())
            .anyMatch(one -> one.isFor(partition, range))) {
      return;
    }
    LOG.warn(
        "{}: rotten in {}: offsets {} to {}, {} bytes at {}",
        partition,
        partition.hosted().log().dir(),
        range.firstOffset(),
        range.nextOffset() - 1,
        range.length(),
        range.position());
    waiting.add(new Repair(partition, range));
    proceed();
  }

  /// Any thread.
  void close() {
    loop.execute(() -> {
      closed = true;
      waiting.clear();
      resting.clear();
      disconnect();
    });
  }

  private void disconnect() {
    connections.values().forEach(PeerConnection::close);
    connections.clear();
  }

  private void proceed() {
    if (underWay != null || closed) {
      return;
    }
    Repair next = waiting.poll();
    underWay = next;
    if (next == null) {
      disconnect();
      return;
    }
    next.unheard = false;
    next.sources.clear();
    next.sources.addAll(next.partition.rot().sources());
    askNext(next);
  }

  private void over() {
    underWay = null;
    proceed();
  }

  private void askNext(Repair repair) {
    Integer source = repair.sources.poll();
    if (source == null) {
      giveUp(repair);
    } else {
      ask(repair, source);
    }
  }

  private void ask(Repair repair, int source) {
    PeerConnection to = connected(source);
    if (to == null) {
      repair.unheard = true;
      askNext(repair);
      return;
    }
    FetchRequestData request = fetchOf(repair);
    to.send(
        new PeerRequest(ApiKeys.FETCH, OLDEST_FETCH, ApiKeys.FETCH.latestVersion(), _ -> request),
        host.settings().socketTimeoutMs(),
        new ResponseHandler() {
          @Override
          public void onResponse(short version, ByteBuffer body) {
            if (!closed) {
              onAnswer(repair, source, body);
            }
          }

          @Override
          public void onFailure(PeerFailure failure) {
            if (!closed) {
              repair.unheard = true;
              askNext(repair);
            }
          }
        });
  }

  private static FetchRequestData fetchOf(Repair repair) {
    int bytes = Math.min(repair.range.length(), PIECE_BYTES);
    return new FetchRequestData()
        .setMaxWaitMs(0)
        .setMinBytes(0)
        .setMaxBytes(bytes)
        .setSessionEpoch(-1)
        .setTopics(
            List.of(
                new FetchTopic()
                    .setTopicId(repair.partition.id().topicId())
                    .setPartitions(
                        List.of(
                            new FetchPartition()
                                .setPartition(repair.partition.id().partition())
                                .setFetchOffset(repair.range.firstOffset())
                                .setPartitionMaxBytes(bytes)))));
  }

  private @Nullable PeerConnection connected(int source) {
    PeerConnection known = connections.get(source);
    if (known == null) {
      known = host.connectionTo(source, loop, "replica-repair-", 1);
      if (known != null) {
        connections.put(source, known);
      }
    }
    return known;
  }

  private void onAnswer(Repair repair, int source, ByteBuffer body) {
    RepairOutcome[] outcome = {new RepairOutcome.Unfit("it has nothing there")};
    boolean[] sent = new boolean[1];
    Errors[] error = {Errors.NONE};
    reader.read(
        body,
        (fetched, bytes) -> {
          error[0] = fetched.error;
          sent[0] = fetched.recordsLength > 0;
          if (fetched.error == Errors.NONE && sent[0]) {
            outcome[0] =
                repair
                    .partition
                    .rot()
                    .repair(repair.range, bytes, fetched.recordsAt, fetched.recordsLength);
          }
        });
    Errors refused = reader.error() != Errors.NONE ? reader.error() : error[0];
    if (refused != Errors.NONE) {
      // Its own copy may be rotten there, which is the one answer that time does not change.
      repair.unheard |= refused != Errors.CORRUPT_MESSAGE && refused != Errors.OFFSET_OUT_OF_RANGE;
      LOG.info(
          "{}: broker {} cannot repair {}: {}", repair.partition, source, repair.range, refused);
      askNext(repair);
      return;
    }
    switch (outcome[0]) {
      case RepairOutcome.Whole whole -> sync(repair, source, whole.file());
      case RepairOutcome.Smaller smaller -> {
        repair.range = smaller.left();
        ask(repair, source);
      }
      case RepairOutcome.Unfit unfit -> {
        // A follower that has not heard yet that the records are committed sends none.
        repair.unheard |= !sent[0];
        LOG.warn(
            "{}: broker {} cannot repair {}: {}",
            repair.partition,
            source,
            repair.range,
            unfit.why());
        askNext(repair);
      }
      case RepairOutcome.Gone _ -> over();
    }
  }

  private void sync(Repair repair, int source, DiskFile file) {
    host.world()
        .workers()
        .execute(() -> {
          repair.partition.rot().sync(repair.range, file);
          loop.execute(() -> {
            figures.onRepaired();
            LOG.warn(
                "{}: repaired up to offset {} from broker {}",
                repair.partition,
                repair.range.nextOffset() - 1,
                source);
            over();
          });
        });
  }

  /// Nobody had it, now: it is asked for again, as long as there is somebody to ask.
  private void giveUp(Repair repair) {
    if (!repair.unheard && !repair.range.lost()) {
      LOG.error(
          "{}: offsets {} to {} in {} are rotten, and no other replica has them whole: they cannot be"
              + " read. Restore {} bytes at {} of the file from a backup while the node is stopped,"
              + " or delete the records up to there (kafka-delete-records), or the topic",
          repair.partition,
          repair.range.firstOffset(),
          repair.range.nextOffset() - 1,
          repair.partition.hosted().log().dir(),
          repair.range.length(),
          repair.range.position());
      repair.range = repair.partition.rot().markLost(repair.range);
    }
    long longest = repair.unheard ? LONGEST_WAIT_MS : LONGEST_PAUSE_MS;
    long pause = Math.min(longest, FIRST_PAUSE_MS << Math.min(10, repair.failures++));
    resting.add(repair);
    loop.schedule(
        pause * 1_000_000L,
        () -> {
          resting.remove(repair);
          if (!closed && repair.partition.rot().contains(repair.range)) {
            waiting.add(repair);
            proceed();
          }
        });
    over();
  }
}
