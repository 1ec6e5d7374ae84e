package io.millrace.metadata.raft;

import io.millrace.metadata.peer.PeerConnection;
import io.millrace.metadata.peer.PeerFailure;
import io.millrace.metadata.peer.PeerObserver;
import io.millrace.metadata.peer.PeerRequest;
import io.millrace.metadata.peer.ResponseHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Timer;
import io.millrace.runtime.World;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.BrokerNotAvailableException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.NetworkChannel;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.raft.RaftClients;
import org.apache.kafka.raft.RaftRequest;
import org.apache.kafka.raft.RaftResponse;

/// The raft client's way to the other voters' controller listeners: one connection an address, made
/// when it is needed and kept. Failures of any kind complete a request exceptionally, which the
/// client takes for a lost packet; it alone retries and backs off.
///
/// A node that knows no leader asks any other for it, and asks again as soon as it has an answer
/// (Kafka 4.3.1: `maybeSendFetchToAnyBootstrap`, for which "I lead not" is a success that needs no
/// back-off). While a quorum has no leader that is a fetch a round trip, for nothing. Such an
/// answer is held back for the client's retry back-off, or until there is reason to believe that
/// there is a leader ([#retryNow]).
///
/// [#send] and [#retryNow] may be called from any thread; everything else happens on one of the
/// world's connection loops, so that the raft loop, which waits for the disk, delays no bytes.
final class RaftChannel implements NetworkChannel {

  /// The client asks a voter one thing at a time.
  private static final int IN_FLIGHT = 1;

  private final World world;
  private final EventLoop loop;
  private final ListenerName listenerName;
  private final String clientId;
  private final int requestTimeoutMs;
  private final long retryNanos;
  private final Predicate<LeaderAndEpoch> isKnown;
  private final IntConsumer onHeard;
  private final AtomicInteger correlationIds = new AtomicInteger();
  private final Map<String, PeerConnection> peers = new LinkedHashMap<>();

  /// Answers that are held back.
  private final ArrayDeque<Held> held = new ArrayDeque<>();

  private boolean closed;

  private record Held(Runnable toClient, Timer timer) {}

  /// @param isKnown whether the client believes in that leader already; asked on any thread
  /// @param onHeard told the id of each node that has answered, whatever it said
  RaftChannel(
      World world,
      ListenerName listenerName,
      int nodeId,
      QuorumConfig config,
      Predicate<LeaderAndEpoch> isKnown,
      IntConsumer onHeard) {
    this.world = world;
    this.loop = world.loops().get(world.loops().size() - 1);
    this.listenerName = listenerName;
    this.clientId = "raft-client-" + nodeId;
    this.requestTimeoutMs = config.requestTimeoutMs();
    this.retryNanos = config.retryBackoffMs() * 1_000_000L;
    this.isKnown = isKnown;
    this.onHeard = onHeard;
  }

  @Override
  public int newCorrelationId() {
    return correlationIds.getAndIncrement();
  }

  @Override
  public ListenerName listenerName() {
    return listenerName;
  }

  @Override
  public void send(RaftRequest.Outbound request) {
    loop.execute(() -> sendInLoop(request));
  }

  private void sendInLoop(RaftRequest.Outbound request) {
    Node to = request.destination();
    if (closed || to == null) {
      request.completion.completeExceptionally(new DisconnectException("channel closed"));
      return;
    }
    PeerConnection peer =
        peers.computeIfAbsent(
            to.host() + ":" + to.port(),
            _ ->
                new PeerConnection(
                    world,
                    loop,
                    to.host(),
                    to.port(),
                    clientId,
                    requestTimeoutMs,
                    IN_FLIGHT,
                    PeerObserver.NONE));
    AbstractRequest.Builder<?> builder = RaftClients.requestBuilder(request.data());
    peer.send(
        PeerRequest.of(builder),
        requestTimeoutMs,
        ResponseHandler.parsed(
            builder.apiKey(),
            response -> {
              onHeard.accept(to.id());
              Runnable toClient =
                  () ->
                      request.completion.complete(
                          new RaftResponse.Inbound(request.correlationId(), response, to));
              if (leadsNowhere(response)) {
                hold(toClient);
              } else {
                toClient.run();
              }
            },
            failure -> request.completion.completeExceptionally(exception(failure))));
  }

  /// Whether somebody who was asked for records does not lead, and knows no more than the client.
  private boolean leadsNowhere(ApiMessage response) {
    if (!(response instanceof FetchResponseData fetched) || fetched.responses().size() != 1) {
      return false;
    }
    List<FetchResponseData.PartitionData> partitions = fetched.responses().getFirst().partitions();
    if (partitions.size() != 1
        || partitions.getFirst().errorCode() != Errors.NOT_LEADER_OR_FOLLOWER.code()) {
      return false;
    }
    FetchResponseData.LeaderIdAndEpoch leader = partitions.getFirst().currentLeader();
    return leader.leaderId() < 0
        || isKnown.test(
            new LeaderAndEpoch(OptionalInt.of(leader.leaderId()), leader.leaderEpoch()));
  }

  private void hold(Runnable toClient) {
    held.add(new Held(toClient, loop.schedule(retryNanos, this::letGo)));
  }

  private void letGo() {
    Held first = held.poll();
    if (first != null) {
      first.timer.cancel();
      first.toClient.run();
    }
  }

  /// There may be a leader now: what was held back is answered at once, so that the client can ask
  /// it.
  void retryNow() {
    loop.execute(() -> {
      while (!held.isEmpty()) {
        letGo();
      }
    });
  }

  private static RuntimeException exception(PeerFailure failure) {
    // What Kafka's own channel says of any loss: the client expects this one and retries quietly.
    return failure.kind() == PeerFailure.Kind.UNSUPPORTED
        ? new UnsupportedVersionException(failure.reason())
        : new BrokerNotAvailableException(failure.toString());
  }

  @Override
  public void close() {
    loop.execute(() -> {
      closed = true;
      held.forEach(each -> each.timer.cancel());
      held.clear();
      peers.values().forEach(PeerConnection::close);
    });
  }
}
