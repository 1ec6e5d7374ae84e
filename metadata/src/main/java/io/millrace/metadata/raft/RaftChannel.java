package io.millrace.metadata.raft;

import io.millrace.metadata.peer.PeerConnection;
import io.millrace.metadata.peer.PeerFailure;
import io.millrace.metadata.peer.PeerObserver;
import io.millrace.metadata.peer.PeerRequest;
import io.millrace.metadata.peer.ResponseHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.BrokerNotAvailableException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.raft.NetworkChannel;
import org.apache.kafka.raft.RaftClients;
import org.apache.kafka.raft.RaftRequest;
import org.apache.kafka.raft.RaftResponse;

/// The raft client's way to the other voters' controller listeners: one connection an address, made
/// when it is needed and kept. Failures of any kind complete a request exceptionally, which the
/// client takes for a lost packet; it alone retries and backs off.
///
/// [#send] may be called from any thread; everything else happens on one of the world's connection
/// loops, so that the raft loop, which waits for the disk, delays no bytes.
final class RaftChannel implements NetworkChannel {

  /// The client asks a voter one thing at a time.
  private static final int IN_FLIGHT = 1;

  private final World world;
  private final EventLoop loop;
  private final ListenerName listenerName;
  private final String clientId;
  private final int requestTimeoutMs;
  private final IntConsumer onHeard;
  private final AtomicInteger correlationIds = new AtomicInteger();
  private final Map<String, PeerConnection> peers = new LinkedHashMap<>();
  private boolean closed;

  /// @param onHeard told the id of each node that has answered, whatever it said
  RaftChannel(
      World world,
      ListenerName listenerName,
      int nodeId,
      int requestTimeoutMs,
      IntConsumer onHeard) {
    this.world = world;
    this.loop = world.loops().get(world.loops().size() - 1);
    this.listenerName = listenerName;
    this.clientId = "raft-client-" + nodeId;
    this.requestTimeoutMs = requestTimeoutMs;
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
              request.completion.complete(
                  new RaftResponse.Inbound(request.correlationId(), response, to));
            },
            failure -> request.completion.completeExceptionally(exception(failure))));
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
      peers.values().forEach(PeerConnection::close);
    });
  }
}
