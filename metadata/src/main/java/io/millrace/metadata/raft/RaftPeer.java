package io.millrace.metadata.raft;

import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.ReceiveBuffer;
import io.millrace.runtime.Timer;
import io.millrace.runtime.World;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.apache.kafka.clients.NodeApiVersions;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.raft.RaftClients;
import org.apache.kafka.raft.RaftRequest;
import org.apache.kafka.raft.RaftResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One other voter's controller listener, as a client sees it.
///
/// ```
/// IDLE       --send-->             CONNECTING
/// CONNECTING --open-->             GREETING     ApiVersions is asked
/// GREETING   --versions known-->   READY        one request in flight, the others wait
/// any        --close, timeout-->   IDLE         what is in flight or waits has failed
/// ```
///
/// Correlation ids begin again with every connection, so that an answer meant for an earlier
/// connection cannot be taken for a later one's. Belongs to one connection loop.
final class RaftPeer {

  private static final Logger LOG = LoggerFactory.getLogger(RaftPeer.class);
  private static final short GREETING_VERSION = 3;
  private static final int LARGEST_RESPONSE = 128 << 20;

  private enum State {
    IDLE,
    CONNECTING,
    GREETING,
    READY
  }

  private record InFlight(RequestHeader header, RaftRequest.@Nullable Outbound request) {}

  private final World world;
  private final EventLoop loop;
  private final String host;
  private final int port;
  private final String clientId;
  private final int requestTimeoutMs;
  private final ArrayDeque<RaftRequest.Outbound> waiting = new ArrayDeque<>();
  private State state = State.IDLE;
  private @Nullable Session session;
  private @Nullable NodeApiVersions versions;
  private @Nullable InFlight inFlight;
  private @Nullable Timer timeout;

  RaftPeer(
      World world, EventLoop loop, String host, int port, String clientId, int requestTimeoutMs) {
    this.world = world;
    this.loop = loop;
    this.host = host;
    this.port = port;
    this.clientId = clientId;
    this.requestTimeoutMs = requestTimeoutMs;
  }

  void send(RaftRequest.Outbound request) {
    waiting.add(request);
    switch (state) {
      case IDLE -> connect();
      case READY -> sendNext();
      case CONNECTING, GREETING -> {}
    }
  }

  private void connect() {
    state = State.CONNECTING;
    session = new Session();
    armTimeout();
    world.network().connect(loop, host, port, requestTimeoutMs, session);
  }

  private void sendNext() {
    RaftRequest.Outbound request = inFlight == null ? waiting.poll() : null;
    if (request == null) {
      return;
    }
    ApiKeys api = ApiKeys.forId(request.data().apiKey());
    try {
      NodeApiVersions known = versions;
      short version = known == null ? api.latestVersion() : known.latestUsableVersion(api);
      write(RaftClients.requestBuilder(request.data()).build(version), request);
    } catch (RuntimeException e) {
      LOG.warn("{} cannot be sent to {}:{}", api, host, port, e);
      request.completion.completeExceptionally(e);
      sendNext();
    }
  }

  private void write(AbstractRequest body, RaftRequest.@Nullable Outbound request) {
    Session current = session;
    if (current == null || current.connection == null) {
      throw new IllegalStateException("not connected");
    }
    RequestHeader header =
        new RequestHeader(body.apiKey(), body.version(), clientId, current.nextCorrelationId++);
    ByteBuffer bytes = body.serializeWithHeader(header);
    ByteBuffer out = current.connection.reserve(4 + bytes.remaining());
    out.putInt(bytes.remaining()).put(bytes);
    current.connection.commit();
    current.connection.flush();
    inFlight = new InFlight(header, request);
    armTimeout();
  }

  private void onResponse(ByteBuffer bytes) {
    InFlight answered = inFlight;
    if (answered == null) {
      throw new IllegalStateException("an answer that nobody asked for");
    }
    AbstractResponse response = AbstractResponse.parseResponse(bytes, answered.header());
    inFlight = null;
    disarmTimeout();
    RaftRequest.Outbound request = answered.request();
    if (request != null) {
      request.completion.complete(
          new RaftResponse.Inbound(
              request.correlationId(), response.data(), request.destination()));
    } else {
      greeted((ApiVersionsResponseData) response.data());
    }
    sendNext();
  }

  private void greeted(ApiVersionsResponseData response) {
    if (response.errorCode() != Errors.NONE.code()) {
      throw new IllegalStateException("ApiVersions: " + Errors.forCode(response.errorCode()));
    }
    versions =
        new NodeApiVersions(
            response.apiKeys(), response.supportedFeatures(), response.finalizedFeatures(), -1);
    state = State.READY;
  }

  private void armTimeout() {
    disarmTimeout();
    Session armedFor = session;
    timeout =
        loop.schedule(
            requestTimeoutMs * 1_000_000L,
            () -> {
              if (armedFor != null && armedFor == session) {
                reset(new TimeoutException("no answer within " + requestTimeoutMs + " ms"));
              }
            });
  }

  private void disarmTimeout() {
    if (timeout != null) {
      timeout.cancel();
      timeout = null;
    }
  }

  void close() {
    reset(new DisconnectException("closed"));
  }

  /// Everything asked of this connection has failed; the next request makes a new one.
  private void reset(RuntimeException reason) {
    state = State.IDLE;
    disarmTimeout();
    Session old = session;
    session = null;
    versions = null;
    InFlight lost = inFlight;
    inFlight = null;
    RaftRequest.Outbound[] dropped = waiting.toArray(new RaftRequest.Outbound[0]);
    waiting.clear();
    if (old != null && old.connection != null) {
      old.connection.close();
    }
    if (lost != null && lost.request() != null) {
      lost.request().completion.completeExceptionally(reason);
    }
    for (RaftRequest.Outbound request : dropped) {
      request.completion.completeExceptionally(reason);
    }
  }

  /// One connection; a session that is not the peer's current one any more has nothing to say.
  private final class Session implements ConnectionHandler {
    private @Nullable Connection connection;
    private int nextCorrelationId;

    private boolean isCurrent() {
      return session == this;
    }

    @Override
    public void onOpen(Connection opened) {
      connection = opened;
      if (!isCurrent()) {
        opened.close();
        return;
      }
      state = State.GREETING;
      write(
          new ApiVersionsRequest.Builder(
                  new ApiVersionsRequestData()
                      .setClientSoftwareName("millrace-raft")
                      .setClientSoftwareVersion(AppInfoParser.getVersion()),
                  ApiKeys.API_VERSIONS.oldestVersion(),
                  GREETING_VERSION)
              .build(GREETING_VERSION),
          null);
    }

    @Override
    public int onReceive(ReceiveBuffer in) {
      while (isCurrent() && in.readableBytes() >= 4) {
        int size = in.bytes().getInt(in.readIndex());
        if (size < 4 || size > LARGEST_RESPONSE) {
          reset(new DisconnectException("an answer of " + size + " bytes"));
          break;
        }
        if (in.readableBytes() < 4 + size) {
          return 4 + size;
        }
        byte[] response = new byte[size];
        in.bytes().get(in.readIndex() + 4, response);
        in.readIndex(in.readIndex() + 4 + size);
        try {
          onResponse(ByteBuffer.wrap(response));
        } catch (RuntimeException e) {
          LOG.warn("{}:{} answered what cannot be understood; reconnecting", host, port, e);
          reset(new DisconnectException(String.valueOf(e.getMessage())));
        }
      }
      if (!isCurrent()) {
        in.readIndex(in.writeIndex());
      }
      return 0;
    }

    @Override
    public void onReceiveComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onClose(@Nullable Throwable cause) {
      if (isCurrent()) {
        LOG.debug("Connection to {}:{} ended", host, port, cause);
        reset(new DisconnectException(cause == null ? "closed" : String.valueOf(cause)));
      }
    }
  }
}
