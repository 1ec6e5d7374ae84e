package io.millrace.server.request;

import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Invariant;
import io.millrace.runtime.ReceiveBuffer;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's connection: cuts frames, hands requests to their handlers, sends answers in order.
///
/// Invariants:
/// 1. Answers leave in the order of their requests.
/// 2. A request starts only when all earlier ones are answered, except Produce behind Produce.
/// 3. While more than [#MAX_QUEUED_BYTES] of answers wait for the client to read them, or
///    [#MAX_PENDING] requests for their answer, no further request is read.
/// 4. The receive buffer grows with what has arrived, not with what a frame's header promises.
public final class WireConnection implements ConnectionHandler, ClientConnection {

  private static final Logger LOG = LoggerFactory.getLogger(WireConnection.class);

  static final int MAX_QUEUED_BYTES = 1 << 20;
  static final int MAX_PENDING = 512;

  /// The buffer grows to at most this many times of what has arrived.
  private static final int GROWTH = 4;

  /// API key, version, correlation id.
  private static final int MIN_REQUEST_BYTES = 8;

  private final RequestPath path;
  private final ListenerSettings listener;
  private final Supplier<ApiTable> apis;
  private final ArrayDeque<Answer> pending = new ArrayDeque<>();
  private final WireHeader wireHeader = new WireHeader();
  private final ClientIds clientIds = new ClientIds();
  private Connection connection = NotOpen.INSTANCE;
  private @Nullable LoopContext context;
  private String id = "";
  private ClientInformation clientInformation = ClientInformation.EMPTY;
  private long lastActiveNanos;
  private long budgetTaken;
  private short handling;
  private boolean admitted;
  private long seenQueued;
  private boolean receiving;
  private boolean reading = true;
  private boolean awaitsBudget;
  private boolean flushQueued;
  private boolean closed;
  private final SecondLook secondLook = new SecondLook();
  private boolean lookScheduled;
  private @Nullable Object attachment;

  WireConnection(RequestPath path, ListenerSettings listener, Supplier<ApiTable> apis) {
    this.path = path;
    this.listener = listener;
    this.apis = apis;
  }

  @Override
  public void onOpen(Connection opened) {
    connection = opened;
    LoopContext loopContext = path.context(opened.loop());
    context = loopContext;
    lastActiveNanos = path.clock().nanos();
    id =
        address(opened.local().getAddress(), opened.local().getPort())
            + "-"
            + address(peer(), opened.remote().getPort())
            + "-"
            + path.nextConnectionId();
    loopContext.opened(this, Math.max(1, listener.maxIdleMs() / 4) * 1_000_000L);
    settle(gate().arrive(this));
  }

  private ConnectionGate gate() {
    return path.gate(listener.role());
  }

  /// Whether this connection is let in. On its loop.
  void settle(ConnectionGate.Verdict verdict) {
    switch (verdict) {
      case ConnectionGate.Verdict.Admitted _ -> {
        if (closed) {
          gate().left(this, true);
          return;
        }
        admitted = true;
        lastActiveNanos = path.clock().nanos();
        path.counters().onOpened();
        if (mayServe()) {
          resume();
        } else {
          setReading(false);
        }
        if (gate().isOverfull()) {
          path.shed(listener.role());
        }
      }
      case ConnectionGate.Verdict.Waiting _ -> {
        setReading(false);
        LOG.debug("{} waits to be let in", id);
      }
      case ConnectionGate.Verdict.TurnedAway away -> {
        setReading(false);
        path.counters().onRefused();
        LOG.info("connection from {} refused: {} is reached", peer(), away.reason());
        if (away.afterMs() == 0) {
          close();
        } else {
          loop().schedule(away.afterMs() * 1_000_000L, this::close);
        }
      }
    }
  }

  boolean isAdmitted() {
    return admitted;
  }

  long lastActiveNanos() {
    return lastActiveNanos;
  }

  /// Requests that are not answered yet.
  int pendingCount() {
    return pending.size();
  }

  /// Bytes of answers that the client has not taken.
  long queuedBytes() {
    return connection.queuedBytes();
  }

  private static String address(InetAddress address, int port) {
    return address.getHostAddress() + ":" + port;
  }

  @Override
  public int onReceive(ReceiveBuffer in) {
    receiving = true;
    context().enter();
    try {
      return receive(in);
    } finally {
      receiving = false;
    }
  }

  private int receive(ReceiveBuffer in) {
    lastActiveNanos = path.clock().nanos();
    ByteBuffer bytes = in.bytes();
    while (!closed && in.readableBytes() >= 4) {
      int start = in.readIndex();
      int size = bytes.getInt(start);
      if (size < MIN_REQUEST_BYTES || size > listener.maxRequestBytes()) {
        malformed(
            "a request of "
                + size
                + " bytes (allowed: "
                + MIN_REQUEST_BYTES
                + " to "
                + listener.maxRequestBytes()
                + ", socket.request.max.bytes)",
            null);
        break;
      }
      int have = in.readableBytes() - 4;
      if (have < size) {
        return grow(size, have);
      }
      short api = bytes.getShort(start + 4);
      if (!mayStart(api) && !mayStartAfterAll(api)) {
        setReading(false);
        return 0;
      }
      releaseBudget();
      if (!secondLook.isWaiting()) {
        path.counters().onRequest();
      }
      try {
        handle(api, bytes, start + 4, size);
      } catch (MalformedRequestException e) {
        malformed(e.getMessage(), null);
        break;
      }
      if (secondLook.isDue()) {
        setReading(false);
        lookLater();
        return 0;
      }
      in.readIndex(start + 4 + size);
    }
    if (closed) {
      in.readIndex(in.writeIndex());
    }
    return 0;
  }

  /// Asks, while a [WireHandler] handles a request, for that request to be handled again in a
  /// moment instead, from the same bytes: what it waits for is on its way, and the client could
  /// only ask again, later. The handler then returns without having changed or enqueued anything.
  /// On the loop.
  ///
  /// @return false where it has waited long enough
  public boolean putOff() {
    return secondLook.ask(path.clock().nanos());
  }

  private void lookLater() {
    if (!lookScheduled) {
      lookScheduled = true;
      loop()
          .schedule(
              SecondLook.STEP_NANOS,
              () -> {
                lookScheduled = false;
                resume();
              });
    }
  }

  /// How large the buffer should become for an unfinished request.
  private int grow(int size, int have) {
    int wanted =
        (int) Math.min(size + 4L, Math.max(ReceiveBudget.FREE_BYTES, GROWTH * (have + 4L)));
    long needed = size + 4L - ReceiveBudget.FREE_BYTES;
    if (needed > 0 && budgetTaken == 0) {
      if (!path.budget().tryTake(this, needed)) {
        awaitsBudget = true;
        setReading(false);
        return 0;
      }
      budgetTaken = needed;
    }
    return wanted;
  }

  private void releaseBudget() {
    if (budgetTaken > 0) {
      path.budget().giveBack(budgetTaken);
      budgetTaken = 0;
    }
  }

  /// Any thread.
  void budgetGranted(long bytes) {
    context()
        .mailbox()
        .post(() -> {
          awaitsBudget = false;
          if (closed) {
            path.budget().giveBack(bytes);
          } else {
            budgetTaken = bytes;
            resume();
          }
        });
  }

  private boolean mayServe() {
    return path.isServing(listener.role());
  }

  private boolean mayStart(short api) {
    if (connection.queuedBytes() > MAX_QUEUED_BYTES || pending.size() >= MAX_PENDING) {
      return false;
    }
    Answer last = pending.peekLast();
    return last == null || (api == ApiKeys.PRODUCE.id && last.overlapsProduce());
  }

  private boolean mayStartAfterAll(short api) {
    Answer last = pending.peekLast();
    if (last != null) {
      last.onSuccessor();
    }
    return !closed && mayStart(api);
  }

  private void handle(short api, ByteBuffer bytes, int start, int size) {
    ApiTable.Row row = apis.get().row(api);
    short version = bytes.getShort(start + 2);
    if (row == null) {
      throw new MalformedRequestException(
          "API key "
              + api
              + " version "
              + version
              + " is not served on listener "
              + listener.name().value());
    }
    boolean supported = row.supports(version);
    if (!supported && row.api() != ApiKeys.API_VERSIONS) {
      throw new MalformedRequestException(
          row.api()
              + " version "
              + version
              + " is not supported (versions "
              + row.minVersion()
              + " to "
              + row.maxVersion()
              + " are)");
    }
    handling = api;
    if (!secondLook.isWaiting()) {
      context().traffic().onRequest(api, size);
    }
    WireHandler wire = row.wire();
    if (wire != null) {
      WireReader reader = context().reader().reset(bytes, start, size);
      boolean flexible = row.api().requestHeaderVersion(version) >= 2;
      readHeader(reader, version, flexible);
      try {
        wire.handle(this, wireHeader, reader);
      } catch (MalformedRequestException e) {
        throw e;
      } catch (RuntimeException e) {
        // One poisonous request must not take the node, nor walk on to the next one.
        path.counters().onHandlerFault();
        LOG.error("{} v{} from {} failed: closing", row.api(), version, id, e);
        close();
      }
    } else {
      handleMessage(row, bytes, start, size);
    }
  }

  private void readHeader(WireReader reader, short version, boolean flexible) {
    reader.skip(4);
    wireHeader.version = version;
    wireHeader.correlationId = reader.int32();
    wireHeader.clientId = clientIds.read(reader);
    if (flexible) {
      reader.skipTaggedFields();
    }
  }

  private void handleMessage(ApiTable.Row row, ByteBuffer bytes, int start, int size) {
    // A copy of its own: message classes keep views of their bytes, and answers may come later.
    byte[] frame = new byte[size];
    bytes.get(start, frame);
    ApiHandler<ApiMessage> handler = Invariant.present(row.message(), "handler of " + row.api());
    Request request;
    AbstractRequest parsed;
    try {
      ByteBuffer buffer = ByteBuffer.wrap(frame);
      RequestHeader header = RequestHeader.parse(buffer);
      request =
          new Request(
              new RequestContext(
                  header,
                  id,
                  connection.remote().getAddress(),
                  Optional.of(connection.remote().getPort()),
                  KafkaPrincipal.ANONYMOUS,
                  listener.name(),
                  listener.protocol(),
                  clientInformation,
                  false,
                  Optional.empty()),
              this,
              listener.role(),
              path.clock().wallMs());
      parsed = parse(row, request, buffer);
    } catch (RuntimeException e) {
      throw new MalformedRequestException(row.api() + " cannot be decoded: " + e.getMessage());
    }
    MessageAnswer answer = new MessageAnswer(this, request, parsed);
    enqueue(answer);
    try {
      handler.handle(request, parsed.data(), answer);
    } catch (RuntimeException e) {
      answer.fail(e);
    }
  }

  private static AbstractRequest parse(ApiTable.Row row, Request request, ByteBuffer buffer) {
    short version = request.header().apiVersion();
    if (!row.supports(version)) {
      // KIP-511: an ApiVersions request of the future is answered as one of the past.
      return new ApiVersionsRequest(new ApiVersionsRequestData(), (short) 0);
    }
    return AbstractRequest.parseRequest(row.api(), version, new ByteBufferAccessor(buffer)).request;
  }

  private void malformed(@Nullable String what, @Nullable Throwable cause) {
    path.counters().onMalformed();
    LOG.warn("closing {} ({}): {}", id, clientInformation, what, cause);
    close();
  }

  /// Takes the next place in the order of answers.
  public void enqueue(Answer answer) {
    answer.begin(handling, lastActiveNanos);
    pending.add(answer);
  }

  /// An enqueued answer can be sent. On the loop.
  public void ready(Answer answer) {
    if (closed) {
      answer.discard();
      return;
    }
    answer.markReady();
    if (pending.peek() != answer) {
      return;
    }
    for (Answer head = answer; head != null && head.isReady(); head = pending.peek()) {
      pending.poll();
      context().traffic().onAnswer(head.api(), head.begunNanos());
      if (!encode(head)) {
        return;
      }
    }
    if (!receiving && !flushQueued) {
      flushQueued = true;
      context().flushLater(this);
    }
  }

  /// An answer that cannot be encoded costs its connection: those behind it could not be told apart
  /// from it.
  private boolean encode(Answer answer) {
    try {
      answer.encode(connection);
      return true;
    } catch (RuntimeException e) {
      path.counters().onHandlerFault();
      LOG.error("an answer to {} cannot be encoded: closing", id, e);
      close();
      return false;
    }
  }

  @Override
  public void onReceiveComplete() {
    if (!closed) {
      connection.flush();
    }
    context().leave();
  }

  /// The end of a step in which answers were encoded.
  void flush() {
    flushQueued = false;
    if (closed) {
      return;
    }
    connection.flush();
    resume();
  }

  @Override
  public void onWritable() {
    resume();
  }

  /// Reads on, if what stopped it is over.
  void resume() {
    boolean held =
        closed
            || !admitted
            || !mayServe()
            || reading
            || awaitsBudget
            || connection.queuedBytes() > MAX_QUEUED_BYTES
            || pending.size() >= MAX_PENDING;
    // With answers pending only a Produce may start: the buffer is offered again and decides.
    if (!held && (pending.isEmpty() || pending.peekLast().overlapsProduce())) {
      setReading(true);
    }
  }

  private void setReading(boolean on) {
    if (reading != on) {
      reading = on;
      connection.setReading(on);
    }
  }

  /// Closes after `connections.max.idle.ms` in which the client has sent nothing and taken nothing,
  /// whatever it waits for, as Kafka does.
  void closeIfIdle() {
    if (connection.queuedBytes() != seenQueued) {
      seenQueued = connection.queuedBytes();
      lastActiveNanos = path.clock().nanos();
    }
    long idleNanos = path.clock().nanos() - lastActiveNanos;
    if (admitted && listener.maxIdleMs() > 0 && idleNanos > listener.maxIdleMs() * 1_000_000L) {
      LOG.debug("closing {}: idle for {} ms", id, idleNanos / 1_000_000);
      close();
    }
  }

  /// Closes without answering what is pending. On the loop.
  public void close() {
    if (!closed) {
      connection.close();
      cleanUp();
    }
  }

  @Override
  public void onClose(@Nullable Throwable cause) {
    if (cause != null) {
      LOG.debug("{} is gone", id, cause);
    }
    cleanUp();
  }

  private void cleanUp() {
    if (closed) {
      return;
    }
    closed = true;
    for (Answer answer = pending.poll(); answer != null; answer = pending.poll()) {
      answer.discard();
    }
    releaseBudget();
    path.budget().forget(this);
    if (context != null) {
      context.closed(this);
      gate().left(this, admitted);
    }
  }

  /// The context of the connection's loop.
  public LoopContext context() {
    LoopContext loopContext = context;
    if (loopContext == null) {
      throw new IllegalStateException("not open");
    }
    return loopContext;
  }

  RequestCounters counters() {
    return path.counters();
  }

  /// What a wire handler keeps with the connection (caches, objects it uses again); null at first.
  public @Nullable Object attachment() {
    return attachment;
  }

  public void attach(Object kept) {
    attachment = kept;
  }

  public boolean isClosed() {
    return closed;
  }

  public InetAddress peer() {
    return connection.remote().getAddress();
  }

  public ListenerSettings listener() {
    return listener;
  }

  @Override
  public EventLoop loop() {
    return connection.loop();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public ClientInformation clientInformation() {
    return clientInformation;
  }

  @Override
  public void identify(ClientInformation information) {
    clientInformation = information;
  }
}
