package io.millrace.metadata.controller;

import io.millrace.runtime.Clock;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.message.ControllerRegistrationRequestData;
import org.apache.kafka.common.message.ControllerRegistrationResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.BrokerHeartbeatReply;
import org.jspecify.annotations.Nullable;

/// Gives the requests that a broker sends to its controller to the controller in this process, and
/// makes of what it says the answer that the wire would carry.
public final class LocalController {

  private static final int LEAST_HEARTBEAT_DEADLINE_MS = 1_000;

  private final ControllerHost host;
  private final Controller controller;
  private final Supplier<MetadataImage> image;
  private final Clock clock;
  private final String clientId;
  private final long heartbeatDeadlineNanos;

  public LocalController(
      ControllerHost host, Supplier<MetadataImage> image, int nodeId, int heartbeatIntervalMs) {
    this.host = host;
    this.controller = host.controller();
    this.image = image;
    this.clock = host.clock();
    this.clientId = "node-" + nodeId;
    this.heartbeatDeadlineNanos = heartbeatDeadlineMs(heartbeatIntervalMs) * 1_000_000L;
  }

  /// How long a heartbeat may wait in the controller's queue, in milliseconds: half of its interval
  /// as in Kafka, whose interval is 2,000, and where brokers speak more often not less than there.
  /// What it says stays true for longer, and a busy controller refuses none for its own delay.
  public static int heartbeatDeadlineMs(int heartbeatIntervalMs) {
    return Math.max(heartbeatIntervalMs / 2, LEAST_HEARTBEAT_DEADLINE_MS);
  }

  /// @param onAnswer called once, on the controller's thread or at once
  void handle(ApiMessage request, short version, Consumer<ApiMessage> onAnswer) {
    CompletableFuture<? extends ApiMessage> response =
        switch (request) {
          case BrokerHeartbeatRequestData heartbeat -> heartbeat(heartbeat, version);
          case BrokerRegistrationRequestData registration -> register(registration, version);
          case ControllerRegistrationRequestData registration ->
              controller
                  .registerController(context(request, version, 0), registration)
                  .handle((_, failure) ->
                      new ControllerRegistrationResponseData().setErrorCode(code(failure)));
          case AlterPartitionRequestData alter ->
              controller
                  .alterPartition(context(request, version, 0), alter)
                  .exceptionally(
                      failure -> new AlterPartitionResponseData().setErrorCode(code(failure)));
          case AllocateProducerIdsRequestData allocate ->
              controller
                  .allocateProducerIds(context(request, version, 0), allocate)
                  .exceptionally(
                      failure -> new AllocateProducerIdsResponseData().setErrorCode(code(failure)));
          case AssignReplicasToDirsRequestData assign ->
              controller
                  .assignReplicasToDirs(context(request, version, 0), assign)
                  .exceptionally(failure ->
                      new AssignReplicasToDirsResponseData().setErrorCode(code(failure)));
          default -> throw new IllegalArgumentException("no request of a broker: " + request);
        };
    response.thenAccept(onAnswer::accept);
  }

  private CompletableFuture<BrokerHeartbeatResponseData> heartbeat(
      BrokerHeartbeatRequestData request, short version) {
    CompletableFuture<BrokerHeartbeatReply> answer;
    try {
      answer =
          controller.processBrokerHeartbeat(
              context(request, version, heartbeatDeadlineNanos), request);
    } catch (ApiException e) {
      // Unlike its other calls, this one throws while the controller is not active.
      return CompletableFuture.completedFuture(
          new BrokerHeartbeatResponseData().setErrorCode(code(e)));
    }
    return answer.handle((reply, failure) ->
        failure != null
            ? new BrokerHeartbeatResponseData().setErrorCode(code(failure))
            : new BrokerHeartbeatResponseData()
                .setIsCaughtUp(reply.isCaughtUp())
                .setIsFenced(reply.isFenced())
                .setShouldShutDown(reply.shouldShutDown()));
  }

  private CompletableFuture<BrokerRegistrationResponseData> register(
      BrokerRegistrationRequestData request, short version) {
    return host.registerBroker(context(request, version, 0), request, image.get())
        .handle((reply, failure) ->
            failure != null
                ? new BrokerRegistrationResponseData().setErrorCode(code(failure))
                : new BrokerRegistrationResponseData().setBrokerEpoch(reply.epoch()));
  }

  private static short code(@Nullable Throwable failure) {
    return failure == null ? Errors.NONE.code() : Errors.forException(failure).code();
  }

  private ControllerRequestContext context(
      ApiMessage request, short version, long deadlineAfterNanos) {
    return new ControllerRequestContext(
        new RequestHeaderData()
            .setRequestApiKey(request.apiKey())
            .setRequestApiVersion(version)
            .setClientId(clientId),
        KafkaPrincipal.ANONYMOUS,
        deadlineAfterNanos == 0
            ? OptionalLong.empty()
            : OptionalLong.of(clock.nanos() + deadlineAfterNanos));
  }
}
