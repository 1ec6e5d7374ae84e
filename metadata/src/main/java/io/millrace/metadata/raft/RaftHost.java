package io.millrace.metadata.raft;

import io.millrace.metadata.QuorumEndpoints;
import io.millrace.metadata.QuorumSettings;
import io.millrace.metadata.format.NodeIdentity;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Timer;
import io.millrace.runtime.World;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.message.BeginQuorumEpochRequestData;
import org.apache.kafka.common.message.EndQuorumEpochRequestData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.VoteRequestData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.raft.Endpoints;
import org.apache.kafka.raft.ExternalKRaftMetrics;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.MetadataLogConfig;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.raft.RaftClients;
import org.apache.kafka.raft.RaftMessage;
import org.apache.kafka.raft.internals.BatchMemoryPool;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.RecordsSnapshotReader;
import org.apache.kafka.snapshot.SnapshotReader;
import org.apache.kafka.snapshot.SnapshotWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hosts Kafka's `KafkaRaftClient`: our log, network, clock and randomness under it, and a pump
/// around it that never blocks.
///
/// Everything runs on the loop `raft`, which has a thread of its own in production because its
/// appends wait for the disk. The pump polls the client until it has nothing left to do, then sets
/// a timer for when it wants to be polled again; requests, answers and appends wake it before. A
/// poll that throws has found a broken invariant or a broken disk: the client is never polled again
/// and the node is told to stop.
public final class RaftHost {

  private static final Logger LOG = LoggerFactory.getLogger(RaftHost.class);

  /// Polls in one step of the loop, so that what others post gets its turn.
  private static final int POLLS_PER_STEP = 256;

  /// So many polls in a row that ask to be repeated at once, although nothing has come, are
  /// pointless: the client of an observer does so for as long as it reaches nobody (Kafka 4.3.1: no
  /// rest is left of a fetch timeout that is over).
  private static final int MOST_POINTLESS_POLLS = 16;

  /// What comes of them then. Whatever comes from outside ends it.
  private static final long POINTLESS_REST_MS = 10;

  /// At most this long between two polls.
  private static final long LONGEST_REST_MS = 60_000;

  /// The same where there are others whose silence counts: a process that is stopped while it rests
  /// takes no more than this, and [RunningClock#GRACE_NANOS], for theirs.
  private static final long LONGEST_REST_AMONG_OTHERS_MS = 250;

  /// How often a full disk is looked at.
  private static final long ROOM_CHECK_MS = 250;

  /// A start has better things to do at first.
  private static final long RESERVE_DELAY_MS = 5_000;

  /// How long a leader that stops waits for a successor. Where there is none to be had, as in a
  /// cluster that stops as a whole, waiting longer helps nobody.
  private static final int SHUTDOWN_TIMEOUT_MS = 1_000;

  private static final int POOLED_BATCHES = 5;

  private enum State {
    NEW,
    RUNNING,
    STOPPED
  }

  private final EventLoop loop;
  private final RunningClock clock;
  private final KafkaTime time;
  private final MetadataLog log;
  private final QuorumStateFile voteFile;
  private final String clusterId;
  private final Map<Integer, InetSocketAddress> staticVoters;
  private final Metrics metrics;
  private final RaftQueue queue;
  private final RaftChannel channel;
  private final ListenerFanOut listeners;
  private final KafkaRaftClient<ApiMessageAndVersion> client;
  private final HostedRaftClient hosted;
  private final RaftGate gate;
  private final RaftInbox inbox;
  private final Prompts prompts;
  private final Succession succession;
  private final LogContext logContext;
  private final BiConsumer<String, Throwable> onFault;
  private int pointlessPolls;
  private State state = State.NEW;
  private boolean stopping;

  /// By node id, when it last answered, by [#clock].
  private final Map<Integer, Long> heardNanos = new LinkedHashMap<>();

  private @Nullable Timer rest;
  private @Nullable Timer reserveTimer;

  private RaftHost(
      World world,
      EventLoop loop,
      MetadataLog log,
      QuorumSettings settings,
      NodeIdentity identity,
      QuorumEndpoints endpoints,
      BiConsumer<String, Throwable> onFault) {
    this.loop = loop;
    this.log = log;
    this.onFault = onFault;
    this.clock = new RunningClock(world.clock(), "The loop raft");
    this.time = KafkaTime.steady(clock);
    QuorumTimings timings = QuorumTimings.of(settings, identity.nodeId());
    this.clusterId = identity.clusterId();
    this.staticVoters = settings.staticVoters();
    this.logContext = new LogContext("[Raft id=" + identity.nodeId() + "] ");
    this.voteFile =
        new QuorumStateFile(world.disk(), identity.metadataDirectory().resolve(MetadataLog.FOLDER));
    this.metrics = new Metrics(time);
    this.queue = new RaftQueue(loop, this::pump, this::admit);
    this.channel =
        new RaftChannel(
            world,
            ListenerName.normalised(settings.controllerListenerName()),
            identity.nodeId(),
            timings.config(),
            this::isKnown,
            id -> loop.execute(() -> heardNanos.put(id, clock.nanos())));
    this.listeners = new ListenerFanOut(this::openSnapshot);
    this.client =
        RaftClients.create(
            identity.nodeId(),
            identity.metadataDirectoryId(),
            new MetadataRecordSerde(),
            channel,
            queue,
            log,
            new BatchMemoryPool(POOLED_BATCHES, KafkaRaftClient.MAX_BATCH_SIZE_BYTES),
            time,
            new Expirations(loop),
            timings.fetchMaxWaitMs(),
            settings.isController(),
            identity.clusterId(),
            bootstrapServers(settings, endpoints),
            localListeners(endpoints),
            logContext,
            Random.from(world.entropy().stream("raft")),
            timings.config());
    this.inbox = new RaftInbox(client, time);
    this.prompts =
        new Prompts(
            identity.nodeId(),
            clusterId,
            channel.listenerName(),
            timings.config().fetchTimeoutMs(),
            client,
            log,
            inbox,
            this::silenceOf);
    this.succession = new Succession(loop, prompts);
    this.hosted = new HostedRaftClient(client, listeners);
    this.gate =
        new RaftGate(
            new PeerClaims(identity.nodeId(), clusterId, new ClientView(client, channel, time)),
            () -> RaftClients.isVoter(client),
            () -> RaftClients.seeksItsLeader(client),
            prompts::doubtEpoch);
    client.register(listeners);
  }

  /// Opens the metadata log below the identity's metadata directory. Blocks.
  ///
  /// @param onFault told, on the raft loop, when the client has failed for good
  public static RaftHost open(
      World world,
      QuorumSettings settings,
      NodeIdentity identity,
      QuorumEndpoints endpoints,
      BiConsumer<String, Throwable> onFault)
      throws IOException {
    EventLoop loop = world.dedicatedLoop("raft");
    MetadataLog log =
        MetadataLog.open(
            world, loop, identity.metadataDirectory(), new MetadataLogConfig(settings.config()));
    return new RaftHost(world, loop, log, settings, identity, endpoints, onFault);
  }

  private static List<InetSocketAddress> bootstrapServers(
      QuorumSettings settings, QuorumEndpoints endpoints) {
    List<InetSocketAddress> servers = settings.bootstrapServers();
    if (!servers.isEmpty() || !settings.staticVoters().isEmpty()) {
      return servers;
    }
    // The client demands a place to look for a leader. A quorum of one has nobody else.
    return endpoints.controller().stream().limit(1).map(RaftHost::address).toList();
  }

  private static Endpoints localListeners(QuorumEndpoints endpoints) {
    Map<ListenerName, InetSocketAddress> addresses = new LinkedHashMap<>();
    for (Endpoint endpoint : endpoints.controller()) {
      addresses.put(ListenerName.normalised(endpoint.listener()), address(endpoint));
    }
    return Endpoints.fromInetSocketAddresses(addresses);
  }

  private static InetSocketAddress address(Endpoint endpoint) {
    return InetSocketAddress.createUnresolved(endpoint.host(), endpoint.port());
  }

  /// The client for the controller and the image; listeners register before [#start], in the order
  /// in which they are to be called.
  public RaftClient<ApiMessageAndVersion> client() {
    return hosted;
  }

  /// Kafka's metrics of the raft client.
  public Metrics metrics() {
    return metrics;
  }

  /// Reads vote, snapshot and log and begins to take part. Returns at once.
  public void start() {
    loop.execute(() -> {
      try {
        client.initialize(staticVoters, voteFile, metrics, NO_EXTERNAL_METRICS);
      } catch (Throwable t) {
        fail(t);
        return;
      }
      state = State.RUNNING;
      reserveTimer = loop.schedule(RESERVE_DELAY_MS * 1_000_000, log::fillReserve);
      pump();
    });
  }

  private void pump() {
    if (state != State.RUNNING) {
      return;
    }
    if (rest != null) {
      rest.cancel();
      rest = null;
    }
    for (int i = 0; i < POLLS_PER_STEP; i++) {
      clock.runs(0);
      queue.beginPoll();
      try {
        if (!stopping && log.waitsForRoom()) {
          restFor(ROOM_CHECK_MS);
          return;
        }
        client.poll();
      } catch (Throwable t) {
        fail(t);
        return;
      }
      if (state != State.RUNNING) {
        return;
      }
      long restMs = queue.restMs();
      if (restMs > 0) {
        pointlessPolls = 0;
        restFor(Math.min(restMs, longestRestMs()));
        return;
      }
      pointlessPolls = queue.isBusy() ? 0 : pointlessPolls + 1;
      if (pointlessPolls >= MOST_POINTLESS_POLLS) {
        restFor(POINTLESS_REST_MS);
        return;
      }
    }
    loop.execute(this::pump);
  }

  private long longestRestMs() {
    return RaftClients.isOnlyVoter(client) ? LONGEST_REST_MS : LONGEST_REST_AMONG_OTHERS_MS;
  }

  private void restFor(long ms) {
    long nanos = ms * 1_000_000;
    clock.runs(nanos);
    rest = loop.schedule(nanos, this::pump);
  }

  private void fail(Throwable cause) {
    state = State.STOPPED;
    succession.close();
    channel.close();
    onFault.accept("The raft client failed", cause);
  }

  /// Takes a request of the quorum that came in on a controller listener: Fetch, FetchSnapshot,
  /// Vote, BeginQuorumEpoch, EndQuorumEpoch, DescribeQuorum, AddRaftVoter, RemoveRaftVoter,
  /// UpdateRaftVoter. Any thread.
  ///
  /// @param listener the listener that it came in on
  /// @param onResponse gets the answer once, on the loop `raft`; a Fetch answer's records lie in
  ///   memory
  public void handle(
      ListenerName listener,
      RequestHeaderData header,
      ApiMessage request,
      Consumer<ApiMessage> onResponse) {
    if (!RequestForm.isSound(request)) {
      onResponse.accept(RaftGate.errorResponse(request, Errors.INVALID_REQUEST));
      return;
    }
    Runnable toClient = () -> inbox.deliver(listener, header, request, onResponse);
    // No switch over the kinds, which costs the first election of a process (decision 10).
    if (request instanceof VoteRequestData vote
        && clusterId.equals(vote.clusterId())
        && Succession.isPreVote(vote)) {
      loop.execute(() -> {
        if (state == State.RUNNING) {
          succession.onPreVote(vote, header.requestApiVersion(), onResponse::accept, toClient);
        } else {
          toClient.run();
        }
      });
    } else if (request instanceof EndQuorumEpochRequestData resignation) {
      loop.execute(() -> {
        toClient.run();
        if (state == State.RUNNING) {
          succession.onLeaderGone(resignation);
        }
      });
    } else if (request instanceof BeginQuorumEpochRequestData) {
      loop.execute(() -> {
        toClient.run();
        // After the poll in which the client learns of the leader.
        loop.execute(channel::retryNow);
      });
    } else {
      toClient.run();
    }
  }

  /// Any thread.
  private boolean isKnown(LeaderAndEpoch leader) {
    return client.leaderAndEpoch().equals(leader);
  }

  private @Nullable RaftMessage admit(RaftMessage message) {
    return gate.admit(message);
  }

  /// The leader of an epoch is known to be dead: the client hears what a leader says that resigns,
  /// and begins an election without waiting for the fetch timeout. Does nothing where the client
  /// has moved on, or is itself no voter. Any thread.
  ///
  /// @param successors in the order in which they are to try; each a little after the one before
  public void leaderHasDied(int leaderId, int epoch, List<Integer> successors) {
    handle(
        channel.listenerName(),
        Prompts.RESIGNATION_HEADER,
        prompts.resignation(leaderId, epoch, successors),
        _ -> {});
  }

  /// Tells for how long a node has answered nothing that the client asked it, in nanoseconds; 0
  /// where it never did. Only of the node that it follows, or followed until now, does that mean
  /// silence. Any thread.
  ///
  /// @param onSilence called on the raft loop
  public void silenceOf(int nodeId, LongConsumer onSilence) {
    loop.execute(() -> onSilence.accept(silenceOf(nodeId)));
  }

  private long silenceOf(int nodeId) {
    Long heard = heardNanos.get(nodeId);
    return heard == null ? 0 : clock.nanos() - heard;
  }

  /// Begins a snapshot of the committed state up to `id`. Any thread.
  ///
  /// @param onWriter gets the writer on the raft loop, or nothing when the snapshot exists, is not
  ///   wanted any more or cannot be begun; may use it on another thread
  public void createSnapshot(
      OffsetAndEpoch id,
      long lastContainedLogTimeMs,
      Consumer<Optional<SnapshotWriter<ApiMessageAndVersion>>> onWriter) {
    loop.execute(() -> {
      Optional<SnapshotWriter<ApiMessageAndVersion>> writer = Optional.empty();
      try {
        if (state == State.RUNNING) {
          writer = client.createSnapshot(id, lastContainedLogTimeMs);
        }
      } catch (RuntimeException e) {
        LOG.error("Snapshot {} cannot be begun", id, e);
      }
      onWriter.accept(writer);
    });
  }

  private SnapshotReader<ApiMessageAndVersion> openSnapshot(OffsetAndEpoch id) {
    return RecordsSnapshotReader.of(
        log.readSnapshot(id).orElseThrow(),
        new MetadataRecordSerde(),
        BufferSupplier.create(),
        KafkaRaftClient.MAX_BATCH_SIZE_BYTES,
        true,
        logContext);
  }

  /// Hands leadership over if there is somebody to take it, flushes and closes the log.
  ///
  /// @param onStopped runs on the raft loop, also when the client had failed before
  public void stop(Runnable onStopped) {
    loop.execute(() -> {
      if (state != State.RUNNING) {
        state = State.STOPPED;
        closeLog();
        onStopped.run();
        return;
      }
      stopping = true;
      if (reserveTimer != null) {
        reserveTimer.cancel();
      }
      client
          .shutdown(SHUTDOWN_TIMEOUT_MS)
          .whenComplete((_, failure) -> {
            if (failure != null) {
              LOG.warn("Raft did not end in order: {}", failure.getMessage());
            }
            // Completed inside a poll: let it return first, and poll no more.
            state = State.STOPPED;
            loop.execute(() -> finishStop(onStopped));
          });
    });
  }

  private void finishStop(Runnable onStopped) {
    if (rest != null) {
      rest.cancel();
    }
    succession.close();
    channel.close();
    try {
      client.close();
    } catch (RuntimeException e) {
      LOG.warn("The metadata log could not be flushed", e);
    }
    closeLog();
    onStopped.run();
  }

  private void closeLog() {
    metrics.close();
    try {
      log.close();
    } catch (RuntimeException e) {
      LOG.warn("The metadata log could not be closed in order; the next start checks it", e);
    }
  }

  private static final ExternalKRaftMetrics NO_EXTERNAL_METRICS = _ -> {};
}
