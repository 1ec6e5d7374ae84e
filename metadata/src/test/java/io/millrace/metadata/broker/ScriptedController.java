package io.millrace.metadata.broker;

import io.millrace.metadata.controller.ControllerChannel;
import io.millrace.metadata.controller.ControllerReply;
import io.millrace.runtime.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.protocol.ApiMessage;

/// A controller that notes what it is asked and answers as a test says; a well-meaning one by
/// default: it registers, is satisfied with any offset, unfences who wants it.
final class ScriptedController implements ControllerChannel {

  static final long EPOCH = 7;

  final List<BrokerRegistrationRequestData> registrations = new ArrayList<>();
  final List<BrokerHeartbeatRequestData> heartbeats = new ArrayList<>();
  int blocks;

  /// After how long an answer comes.
  long answerAfterNanos = 1_000_000;

  Function<BrokerRegistrationRequestData, ControllerReply> onRegistration =
      _ -> new ControllerReply.Answered(new BrokerRegistrationResponseData().setBrokerEpoch(EPOCH));

  Function<BrokerHeartbeatRequestData, ControllerReply> onHeartbeat =
      heartbeat ->
          new ControllerReply.Answered(
              new BrokerHeartbeatResponseData()
                  .setIsCaughtUp(heartbeat.currentMetadataOffset() >= EPOCH)
                  .setIsFenced(heartbeat.wantFence())
                  .setShouldShutDown(heartbeat.wantShutDown()));

  Function<Integer, ControllerReply> onAllocation =
      block ->
          new ControllerReply.Answered(
              new AllocateProducerIdsResponseData()
                  .setProducerIdStart(block * 1000L)
                  .setProducerIdLen(1000));

  @Override
  public void send(
      ApiMessage request, short version, EventLoop loop, Consumer<ControllerReply> onReply) {
    ControllerReply reply =
        switch (request) {
          case BrokerRegistrationRequestData registration -> {
            registrations.add(registration);
            yield onRegistration.apply(registration);
          }
          case BrokerHeartbeatRequestData heartbeat -> {
            heartbeats.add(heartbeat);
            yield onHeartbeat.apply(heartbeat);
          }
          default -> onAllocation.apply(blocks++);
        };
    loop.schedule(answerAfterNanos, () -> onReply.accept(reply));
  }
}
