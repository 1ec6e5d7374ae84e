package io.millrace.metadata.peer;

import io.millrace.metadata.peer.PeerFailure.Kind;
import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.ReceiveBuffer;
import io.millrace.runtime.Timer;
import io.millrace.runtime.World;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.NodeApiVersions;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.ResponseHeader;
import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One other node's listener, as a client sees it. Connects when there is something to ask, and
/// again after a connection has ended.
///
/// ```
/// IDLE       --send, connect-->    CONNECTING
/// CONNECTING --open-->             GREETING     ApiVersions is asked
/// GREETING   --versions known-->   READY        up to `maxInFlight` requests, the others wait
/// any        --close, timeout-->   IDLE         what is in flight or waits has failed
/// any        --close()-->          CLOSED       so has everything asked later
/// ```
///
/// A request that is not answered in time ends the connection, and with it what else was asked: its
/// answer could not be told from a later one's. Correlation ids begin again with every connection,
/// so that an answer meant for an earlier one cannot be taken for a later one's.
///
/// Belongs to one connection loop: all methods are called there, and so are handlers and observer.
public final class PeerConnection {

  private static final Logger LOG = LoggerFactory.getLogger(PeerConnection.class);
  private static final short GREETING_VERSION = 3;
  private static final int LARGEST_RESPONSE_BYTES = 128 << 20;

  private enum State {
    IDLE,
    CONNECTING,
    GREETING,
    READY,
    CLOSED
  }

  /// A request from [#send] to its end. The greeting is one, too.
  private final class Exchange {
    private final PeerRequest request;
    private final ResponseHandler handler;
    private final Timer timer;
    private short version;
    private int correlationId;

    Exchange(PeerRequest request, int timeoutMs, ResponseHandler handler) {
      this.request = request;
      this.handler = handler;
      this.timer = loop.schedule(timeoutMs * 1_000_000L, () -> onTimeout(this, timeoutMs));
    }

    void fail(PeerFailure failure) {
      timer.cancel();
      handler.onFailure(failure);
    }
  }

  private final World world;
  private final EventLoop loop;
  private final String host;
  private final int port;
  private final String clientId;
  private final int connectTimeoutMs;
  private final int maxInFlight;
  private final PeerObserver observer;
  private final ArrayDeque<Exchange> waiting = new ArrayDeque<>();
  private final ArrayDeque<Exchange> inFlight = new ArrayDeque<>();
  private State state = State.IDLE;
  private @Nullable Session session;
  private @Nullable NodeApiVersions versions;

  /// @param loop one of the world's connection loops
  /// @param clientId told to the other node with every request
  /// @param connectTimeoutMs how long connecting may take, and the greeting after it
  /// @param maxInFlight how many requests may be under way at a time
  public PeerConnection(
      World world,
      EventLoop loop,
      String host,
      int port,
      String clientId,
      int connectTimeoutMs,
      int maxInFlight,
      PeerObserver observer) {
    this.world = world;
    this.loop = loop;
    this.host = host;
    this.port = port;
    this.clientId = clientId;
    this.connectTimeoutMs = connectTimeoutMs;
    this.maxInFlight = maxInFlight;
    this.observer = observer;
  }

  /// Where it leads to, `host:port`.
  public String address() {
    return host + ":" + port;
  }

  /// Whether it leads there.
  public boolean leadsTo(String otherHost, int otherPort) {
    return host.equals(otherHost) && port == otherPort;
  }

  /// Whether the other node has greeted and the connection has not ended since.
  public boolean isConnected() {
    return state == State.READY;
  }

  /// Connects though there is nothing to ask; the observer hears how that went. Does nothing while
  /// there is a connection or one is being made.
  public void connect() {
    if (state == State.IDLE) {
      state = State.CONNECTING;
      Session next = new Session();
      session = next;
      world.network().connect(loop, host, port, connectTimeoutMs, next);
    }
  }

  /// Asks. The handler is told exactly once, possibly before this returns.
  ///
  /// @param timeoutMs from now to the answer, connecting included
  public void send(PeerRequest request, int timeoutMs, ResponseHandler handler) {
    Exchange exchange = new Exchange(request, timeoutMs, handler);
    if (state == State.CLOSED) {
      exchange.fail(new PeerFailure(Kind.CLOSED, "closed here"));
      return;
    }
    waiting.add(exchange);
    switch (state) {
      case IDLE -> connect();
      case READY -> sendWaiting();
      case CONNECTING, GREETING, CLOSED -> {}
    }
  }

  /// Ends the connection for good; what was asked fails.
  public void close() {
    end(new PeerFailure(Kind.CLOSED, "closed here"));
    state = State.CLOSED;
  }

  private void sendWaiting() {
    while (state == State.READY && inFlight.size() < maxInFlight) {
      Exchange next = waiting.poll();
      if (next == null) {
        return;
      }
      PeerRequest request = next.request;
      ApiMessage body;
      try {
        next.version =
            known()
                .latestUsableVersion(
                    request.api(), request.oldestVersion(), request.latestVersion());
        body = request.body().at(next.version);
      } catch (UnsupportedVersionException e) {
        next.fail(new PeerFailure(Kind.UNSUPPORTED, String.valueOf(e.getMessage())));
        continue;
      }
      write(next, body);
    }
  }

  private NodeApiVersions known() {
    NodeApiVersions known = versions;
    if (known == null) {
      throw new IllegalStateException("nobody has greeted");
    }
    return known;
  }

  private void write(Exchange exchange, ApiMessage body) {
    Session current = session;
    if (current == null || current.connection == null) {
      throw new IllegalStateException("not connected");
    }
    ApiKeys api = exchange.request.api();
    short version = exchange.version;
    exchange.correlationId = current.nextCorrelationId++;
    RequestHeaderData header =
        new RequestHeaderData()
            .setRequestApiKey(api.id)
            .setRequestApiVersion(version)
            .setCorrelationId(exchange.correlationId)
            .setClientId(clientId);
    short headerVersion = api.requestHeaderVersion(version);
    ObjectSerializationCache sizes = new ObjectSerializationCache();
    int size = header.size(sizes, headerVersion) + body.size(sizes, version);
    ByteBuffer out = current.connection.reserve(4 + size);
    ByteBufferAccessor writable = new ByteBufferAccessor(out.putInt(size));
    header.write(writable, sizes, headerVersion);
    body.write(writable, sizes, version);
    current.connection.commit();
    current.connection.flush();
    inFlight.add(exchange);
  }

  private void onResponse(ByteBuffer frame) {
    Exchange answered = inFlight.peek();
    if (answered == null) {
      throw new MalformedResponseException("an answer that nobody asked for", null);
    }
    ApiKeys api = answered.request.api();
    try {
      int correlationId =
          ResponseHeader.parse(frame, api.responseHeaderVersion(answered.version)).correlationId();
      if (correlationId != answered.correlationId) {
        throw new IllegalStateException(
            correlationId + " answered where " + answered.correlationId + " was asked");
      }
    } catch (RuntimeException e) {
      throw new MalformedResponseException("the header of an answer to " + api, e);
    }
    inFlight.remove();
    answered.timer.cancel();
    try {
      answered.handler.onResponse(answered.version, frame);
    } catch (MalformedResponseException e) {
      answered.handler.onFailure(new PeerFailure(Kind.MALFORMED, String.valueOf(e.getMessage())));
      throw e;
    }
    sendWaiting();
  }

  private void greet() {
    state = State.GREETING;
    ApiVersionsRequestData greeting =
        new ApiVersionsRequestData()
            .setClientSoftwareName("millrace")
            .setClientSoftwareVersion(AppInfoParser.getVersion());
    Exchange exchange =
        new Exchange(
            new PeerRequest(
                ApiKeys.API_VERSIONS, GREETING_VERSION, GREETING_VERSION, _ -> greeting),
            connectTimeoutMs,
            ResponseHandler.parsed(
                ApiKeys.API_VERSIONS,
                message -> onGreeted((ApiVersionsResponseData) message),
                _ -> {}));
    exchange.version = GREETING_VERSION;
    write(exchange, greeting);
  }

  private void onGreeted(ApiVersionsResponseData response) {
    if (response.errorCode() != Errors.NONE.code()) {
      throw new MalformedResponseException(
          "ApiVersions: " + Errors.forCode(response.errorCode()), null);
    }
    versions =
        new NodeApiVersions(
            response.apiKeys(), response.supportedFeatures(), response.finalizedFeatures(), -1);
    state = State.READY;
    observer.onConnected();
  }

  private void onTimeout(Exchange exchange, int timeoutMs) {
    PeerFailure failure = new PeerFailure(Kind.TIMED_OUT, "no answer within " + timeoutMs + " ms");
    if (state == State.READY && waiting.remove(exchange)) {
      // It had not been sent, so that the connection is none the worse for it.
      exchange.fail(failure);
    } else {
      lose(failure);
    }
  }

  /// The connection is of no use any more; the next request makes a new one.
  private void lose(PeerFailure failure) {
    boolean wasOpen = state == State.GREETING || state == State.READY;
    if (end(failure)) {
      if (wasOpen) {
        observer.onDisconnected(failure);
      } else {
        observer.onConnectFailed(failure);
      }
    }
  }

  /// Everything asked has failed. Those who are told may ask again at once.
  ///
  /// @return whether there was a session to end
  private boolean end(PeerFailure failure) {
    Session old = session;
    if (old == null) {
      return false;
    }
    state = State.IDLE;
    session = null;
    versions = null;
    List<Exchange> lost = new ArrayList<>(inFlight);
    lost.addAll(waiting);
    inFlight.clear();
    waiting.clear();
    if (old.connection != null) {
      old.connection.close();
    }
    lost.forEach(exchange -> exchange.fail(failure));
    return true;
  }

  /// One connection; a session that is not the current one any more has nothing to say.
  private final class Session implements ConnectionHandler {
    private @Nullable Connection connection;
    private int nextCorrelationId;

    private boolean isCurrent() {
      return session == this;
    }

    @Override
    public void onOpen(Connection opened) {
      connection = opened;
      if (isCurrent()) {
        greet();
      } else {
        opened.close();
      }
    }

    @Override
    public int onReceive(ReceiveBuffer in) {
      while (isCurrent() && in.readableBytes() >= 4) {
        int size = in.bytes().getInt(in.readIndex());
        if (size < 4 || size > LARGEST_RESPONSE_BYTES) {
          lose(new PeerFailure(Kind.MALFORMED, "an answer of " + size + " bytes"));
          break;
        }
        if (in.readableBytes() < 4 + size) {
          return 4 + size;
        }
        ByteBuffer frame = in.bytes().slice(in.readIndex() + 4, size);
        in.readIndex(in.readIndex() + 4 + size);
        try {
          onResponse(frame);
        } catch (MalformedResponseException e) {
          LOG.warn("{} answered what cannot be understood; reconnecting", address(), e);
          lose(new PeerFailure(Kind.MALFORMED, String.valueOf(e.getMessage())));
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
        LOG.debug("Connection to {} ended", address(), cause);
        lose(
            connection == null
                ? PeerFailure.whileConnecting(cause)
                : new PeerFailure(Kind.CLOSED, cause == null ? "closed" : String.valueOf(cause)));
      }
    }
  }
}
