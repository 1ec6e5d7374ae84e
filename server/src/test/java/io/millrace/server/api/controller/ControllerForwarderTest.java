package io.millrace.server.api.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.Clock;
import io.millrace.server.api.Authorization;
import io.millrace.server.api.BrokerLoggers;
import io.millrace.server.api.Loggers;
import io.millrace.server.config.InvalidConfiguration;
import io.millrace.server.config.NodeConfig;
import io.millrace.server.request.ApiCaller;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;

class ControllerForwarderTest {

  private final ApiCaller client = ApiCaller.ofBroker();
  private final FakeController controller = new FakeController();
  private final List<Runnable> unseen = new ArrayList<>();
  private final ControllerForwarder forwarder = forwarder();

  private ControllerForwarder forwarder() {
    Clock clock =
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
    try {
      ControllerCalls calls =
          new ControllerCalls(
              controller,
              controller::registerBroker,
              (_, _, _, onResponse) -> onResponse.accept(new DescribeQuorumResponseData()),
              clock,
              Authorization.ALLOW_ALL,
              new BrokerLoggers(1, Loggers.ofThisProcess()),
              NodeConfig.parse(Map.of()));
      return new ControllerForwarder(
          () -> new LocalRoute(calls, () -> 1), clock, 1000, (_, then) -> unseen.add(then));
    } catch (InvalidConfiguration e) {
      throw new AssertionError(e);
    }
  }

  private CompletionStage<ApiMessage> create() {
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
  void whatChangesNothingIsAnsweredAtOnce() {
    CompletionStage<ApiMessage> answer =
        forwarder.forward(
            client.request(ApiKeys.DESCRIBE_QUORUM, (short) 2), new DescribeQuorumRequestData());

    assertThat(answer.toCompletableFuture()).isCompleted();
    assertThat(unseen).isEmpty();
  }
}
