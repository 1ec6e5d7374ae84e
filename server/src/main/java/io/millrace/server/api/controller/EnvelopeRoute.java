package io.millrace.server.api.controller;

import io.millrace.metadata.ImageListener;
import io.millrace.metadata.controller.LeaderConnection;
import io.millrace.metadata.peer.MalformedResponseException;
import io.millrace.metadata.peer.PeerFailure;
import io.millrace.metadata.peer.PeerRequest;
import io.millrace.metadata.peer.ResponseHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.server.request.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;

/// The way to a controller in another process: the client's request travels inside Kafka's Envelope
/// (KIP-590), with its header, principal and address.
///
/// The connection belongs to one loop; [#ask] may be called from any thread.
public final class EnvelopeRoute implements ControllerRoute, ImageListener {

  private final EventLoop loop;
  private final LeaderConnection leader;

  /// @param loop the connection's
  public EnvelopeRoute(EventLoop loop, LeaderConnection leader) {
    this.loop = loop;
    this.leader = leader;
  }

  @Override
  public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {}

  @Override
  public void onLeaderChange(int leaderId, int epoch) {
    loop.execute(() -> leader.onLeader(leaderId));
  }

  @Override
  public CompletionStage<Done> ask(Request request, ApiMessage body, int timeoutMs) {
    CompletableFuture<Done> answer = new CompletableFuture<>();
    PeerRequest envelope = PeerRequest.of(Envelopes.wrap(request, body));
    loop.execute(() ->
        leader.send(
            envelope,
            timeoutMs,
            ResponseHandler.parsed(
                ApiKeys.ENVELOPE,
                response -> onAnswer(request, (EnvelopeResponseData) response, answer),
                failure -> answer.completeExceptionally(exception(failure)))));
    return answer;
  }

  private static void onAnswer(
      Request request, EnvelopeResponseData envelope, CompletableFuture<Done> answer) {
    Errors error = Errors.forCode(envelope.errorCode());
    try {
      switch (error) {
        case NONE ->
            answer.complete(
                new Done(Envelopes.unwrap(request, envelope), Envelopes.committedOffset(envelope)));
        case REQUEST_TIMED_OUT ->
            answer.completeExceptionally(
                new OutcomeUnknownException("The controller lost its office over the request."));
        case NOT_CONTROLLER, UNSUPPORTED_VERSION -> answer.completeExceptionally(error.exception());
        default ->
            // Errors between brokers and controllers, such as CLUSTER_AUTHORIZATION_FAILED, are
            // none of the client's.
            answer.completeExceptionally(
                new UnknownServerException("The controller refused the envelope: " + error));
      }
    } catch (MalformedResponseException e) {
      answer.completeExceptionally(new UnknownServerException(e));
    }
  }

  private static RuntimeException exception(PeerFailure failure) {
    return switch (failure.kind()) {
      case REFUSED, UNREACHABLE -> new NotControllerException(failure.toString());
      case CLOSED -> new OutcomeUnknownException(failure.toString());
      case TIMED_OUT -> new TimeoutException(failure.reason());
      case UNSUPPORTED -> new UnsupportedVersionException(failure.reason());
      case MALFORMED -> new UnknownServerException(failure.reason());
    };
  }
}
