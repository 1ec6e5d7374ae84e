package io.millrace.server.api.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.controller.Reassignments;
import io.millrace.runtime.Clock;
import io.millrace.server.api.Authorization;
import io.millrace.server.api.BrokerLoggers;
import io.millrace.server.api.Forwarder;
import io.millrace.server.api.Loggers;
import io.millrace.server.config.InvalidConfiguration;
import io.millrace.server.config.NodeConfig;
import io.millrace.server.request.ApiCaller;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class ControllerForwarderTest {

  private static final Clock STILL =
      new Clock() {
        @Override
        public long wallMs() {
          return 0;
        }

        @Override
        public long nanos() {
          return 0;
        }
      };

  private final ApiCaller client = ApiCaller.ofBroker();
  private final FakeController controller = new FakeController();
  private final List<Runnable> unseen = new ArrayList<>();
  private final ControllerCalls calls = calls();
  private final ControllerForwarder forwarder = forwarder(new LocalRoute(calls, () -> 1));

  private ControllerForwarder forwarder(ControllerRoute route) {
    return new ControllerForwarder(() -> route, STILL, 1000, (_, then) -> unseen.add(then));
  }

  private ControllerCalls calls() {
    try {
      return new ControllerCalls(
          controller,
          controller::registerBroker,
          new Reassignments(controller, (_, _) -> CompletableFuture.completedFuture(null)),
          (_, _, _, onResponse) -> onResponse.accept(new DescribeQuorumResponseData()),
          STILL,
          Authorization.ALLOW_ALL,
          new BrokerLoggers(1, Loggers.ofThisProcess()),
          NodeConfig.parse(Map.of()));
    } catch (InvalidConfiguration e) {
      throw new AssertionError(e);
    }
  }

  private CompletionStage<ApiMessage> create() {
    return create(forwarder);
  }

  private CompletionStage<ApiMessage> create(Forwarder forwarder) {
    CreateTopicsRequestData body = new CreateTopicsRequestData();
    body.topics().mustAdd(new CreatableTopic().setName("a"));
    return forwarder.forward(client.request(ApiKeys.CREATE_TOPICS, (short) 7), body);
  }

  @Test
  void aChangeIsAnsweredWhenThisBrokerShowsIt() {
    CompletionStage<ApiMessage> answer = create();

    assertThat(controller.topics).containsKey("a");
    assertThat(answer.toCompletableFuture()).isNotDone();
    unseen.forEach(Runnable::run);
    assertThat(answer.toCompletableFuture()).isCompleted();
  }

  @Test
  void aLateImageDoesNotKeepTheAnswerForEver() {
    CompletionStage<ApiMessage> answer = create();

    client.runSteps();

    assertThat(answer.toCompletableFuture()).isCompleted();
  }

  @Test
  void whatARequestMayHaveDoneItselfDoesNotRefuseIt() {
    controller.deposedFor = 1;

    assertThat(createdWith(forwarder)).isEqualTo(Errors.REQUEST_TIMED_OUT);
    assertThat(controller.asked).hasSize(2);
  }

  @Test
  void aConnectionThatEndsLeavesTheOutcomeOpen() {
    ControllerRoute local = new LocalRoute(calls, () -> 1);
    boolean[] lost = {false};
    ControllerRoute losing =
        (request, body, timeoutMs) -> {
          CompletionStage<ControllerRoute.Done> done = local.ask(request, body, timeoutMs);
          if (lost[0]) {
            return done;
          }
          lost[0] = true;
          return done.thenCompose(
              _ -> CompletableFuture.failedFuture(new OutcomeUnknownException("closed")));
        };

    assertThat(createdWith(forwarder(losing))).isEqualTo(Errors.REQUEST_TIMED_OUT);
  }

  @Test
  void aControllerThatWasNotActiveHasDoneNothing() {
    controller.inactiveFor = 2;
    controller.has("a", new Uuid(1, 1));

    assertThat(createdWith(forwarder)).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
    assertThat(controller.asked).hasSize(1);
  }

  @Test
  void anAttemptThatCameToNothingIsMadeUpFor() {
    controller.notActiveFor = 1;

    assertThat(createdWith(forwarder)).isEqualTo(Errors.NONE);
  }

  @Test
  void aBrokerIsToldThatTheOutcomeIsUnknown() {
    controller.deposedFor = 1;
    CreateTopicsRequestData body = new CreateTopicsRequestData();
    body.topics().mustAdd(new CreatableTopic().setName("a"));
    EnvelopeHandler handler = new EnvelopeHandler(calls, Authorization.ALLOW_ALL, () -> 1);

    ApiMessage answer =
        ApiCaller.ofController()
            .ask(
                handler,
                ApiKeys.ENVELOPE,
                0,
                Envelopes.wrap(client.request(ApiKeys.CREATE_TOPICS, (short) 7), body));

    assertThat(answer)
        .isEqualTo(new EnvelopeResponseData().setErrorCode(Errors.REQUEST_TIMED_OUT.code()));
  }

  private Errors createdWith(Forwarder forwarder) {
    CompletionStage<ApiMessage> answer = create(forwarder);
    client.runSteps();
    assertThat(answer.toCompletableFuture()).isCompleted();
    CreateTopicsResponseData data =
        (CreateTopicsResponseData) answer.toCompletableFuture().resultNow();
    return Errors.forCode(data.topics().find("a").errorCode());
  }

  @Test
  void whatChangesNothingIsAnsweredAtOnce() {
    CompletionStage<ApiMessage> answer =
        forwarder.forward(
            client.request(ApiKeys.DESCRIBE_QUORUM, (short) 2), new DescribeQuorumRequestData());

    assertThat(answer.toCompletableFuture()).isCompleted();
    assertThat(unseen).isEmpty();
  }
}
