package io.millrace.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Invariant;
import io.millrace.runtime.Timer;
import io.millrace.server.request.Request.ListenerRole;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/// A client of a table of handlers without a network: what it asks is encoded and decoded in the
/// given version on the way there and on the way back, so that nothing passes which the wire would
/// not carry.
public final class ApiCaller implements ClientConnection {

  private final ListenerName listener;
  private final ListenerRole role;
  private final ArrayDeque<Runnable> steps = new ArrayDeque<>();
  private ClientInformation information = ClientInformation.EMPTY;
  private int correlationId;
  private Runnable others = () -> {};

  public ApiCaller(String listener, ListenerRole role) {
    this.listener = ListenerName.normalised(listener);
    this.role = role;
  }

  public static ApiCaller ofBroker() {
    return new ApiCaller("PLAINTEXT", ListenerRole.BROKER);
  }

  public static ApiCaller ofController() {
    return new ApiCaller("CONTROLLER", ListenerRole.CONTROLLER);
  }

  /// Gives others their turn whenever this connection's loop has run: what answers need that come
  /// from elsewhere.
  public ApiCaller alongside(Runnable world) {
    others = world;
    return this;
  }

  public ListenerRole role() {
    return role;
  }

  /// Asks through `table` and gives the answer, which must have come when all steps have run.
  public <R extends ApiMessage> R ask(
      ApiTable table, ApiKeys api, int version, ApiMessage body, Class<R> answer) {
    ApiTable.Row row = Invariant.present(table.row(api.id), api + " is served");
    ApiHandler<ApiMessage> handler = Invariant.present(row.message(), "handler of " + api);
    return answer.cast(ask(handler, api, version, body));
  }

  /// Asks one handler.
  @SuppressWarnings("unchecked")
  public ApiMessage ask(
      ApiHandler<? extends ApiMessage> handler, ApiKeys api, int version, ApiMessage body) {
    List<ApiMessage> answers = new ArrayList<>();
    Request request = request(api, (short) version);
    boolean known = api.isVersionSupported((short) version);
    ApiMessage decoded = known ? overTheWire(api, (short) version, body) : body;
    Responder responder =
        new Responder() {
          @Override
          public void respond(ApiMessage response) {
            answers.add(response);
          }

          @Override
          public void fail(Throwable cause) {
            ApiMessage failure =
                known
                    ? ErrorResponses.of(api, (short) version, body, cause)
                    : ErrorResponses.of(api, (short) 0, body, cause);
            assertThat(failure).as("answer to a failure: %s", cause).isNotNull();
            answers.add(failure);
          }
        };
    try {
      ((ApiHandler<ApiMessage>) handler).handle(request, decoded, responder);
    } catch (RuntimeException e) {
      responder.fail(e);
    }
    runSteps();
    assertThat(answers).as("answers to %s v%s", api, version).hasSize(1);
    short answerVersion = request.version();
    ApiMessage response = answers.getFirst();
    return AbstractResponse.parseResponse(
            api, MessageUtil.toByteBufferAccessor(response, answerVersion), answerVersion)
        .data();
  }

  /// Runs what was posted to the connection's loop, timers included, until nothing is left.
  public void runSteps() {
    others.run();
    for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
      step.run();
    }
  }

  private static ApiMessage overTheWire(ApiKeys api, short version, ApiMessage body) {
    ByteBufferAccessor bytes = MessageUtil.toByteBufferAccessor(body, version);
    return AbstractRequest.parseRequest(api, version, bytes).request.data();
  }

  public Request request(ApiKeys api, short version) {
    RequestHeader header =
        new RequestHeader(
            new RequestHeaderData()
                .setRequestApiKey(api.id)
                .setRequestApiVersion(version)
                .setClientId("test")
                .setCorrelationId(correlationId++),
            (short) 2);
    return new Request(
        new RequestContext(
            header,
            "127.0.0.1:9092-127.0.0.1:1-0",
            InetAddress.getLoopbackAddress(),
            Optional.of(1),
            KafkaPrincipal.ANONYMOUS,
            listener,
            SecurityProtocol.PLAINTEXT,
            information,
            false,
            Optional.empty()),
        this,
        role,
        0);
  }

  @Override
  public EventLoop loop() {
    return new EventLoop() {
      @Override
      public String name() {
        return "test";
      }

      @Override
      public boolean inLoop() {
        return true;
      }

      @Override
      public void execute(Runnable step) {
        steps.add(step);
      }

      @Override
      public Timer schedule(long delayNanos, Runnable step) {
        steps.add(step);
        return () -> steps.remove(step);
      }
    };
  }

  @Override
  public String id() {
    return "test";
  }

  @Override
  public ClientInformation clientInformation() {
    return information;
  }

  @Override
  public void identify(ClientInformation client) {
    information = client;
  }
}
