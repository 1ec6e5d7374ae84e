package io.millrace.metadata.controller;

import io.millrace.metadata.ImageListener;
import io.millrace.metadata.QuorumEndpoints;
import io.millrace.runtime.EventLoop;
import java.util.TreeMap;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ControllerRegistrationRequestData;
import org.apache.kafka.common.message.ControllerRegistrationResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.metadata.ControllerRegistration;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps this controller's registration (KIP-919: endpoints and supported features) in the
/// metadata: registers when the image has none of this incarnation, and again when it is lost.
///
/// Lives on a connection loop.
public final class ControllerRegistrar implements ImageListener {

  private static final Logger LOG = LoggerFactory.getLogger(ControllerRegistrar.class);
  private static final long FIRST_RETRY_NANOS = 100_000_000;
  private static final long LAST_RETRY_NANOS = 10_000_000_000L;

  private final EventLoop loop;
  private final ControllerChannel controller;
  private final int nodeId;
  private final Uuid incarnationId;
  private final QuorumEndpoints endpoints;
  private final boolean unstableFeatures;
  private boolean registered;
  private boolean supported;
  private boolean inFlight;
  private boolean stopped;
  private long retryNanos = FIRST_RETRY_NANOS;

  public ControllerRegistrar(
      EventLoop loop,
      ControllerChannel controller,
      int nodeId,
      Uuid incarnationId,
      QuorumEndpoints endpoints,
      boolean unstableFeatures) {
    this.loop = loop;
    this.controller = controller;
    this.nodeId = nodeId;
    this.incarnationId = incarnationId;
    this.endpoints = endpoints;
    this.unstableFeatures = unstableFeatures;
  }

  /// Called on the `metadata` loop.
  @Override
  public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    if (delta.featuresDelta() == null && delta.clusterDelta() == null) {
      return;
    }
    boolean canRegister =
        image
            .features()
            .metadataVersion()
            .map(MetadataVersion::isControllerRegistrationSupported)
            .orElse(false);
    ControllerRegistration current = image.cluster().controllers().get(nodeId);
    boolean isOurs = current != null && current.incarnationId().equals(incarnationId);
    loop.execute(() -> {
      supported = canRegister;
      registered = isOurs;
      maybeRegister();
    });
  }

  /// Sends nothing any more.
  public void stop() {
    loop.execute(() -> stopped = true);
  }

  private void maybeRegister() {
    if (registered || !supported || inFlight || stopped) {
      return;
    }
    inFlight = true;
    controller.send(
        request(), ApiKeys.CONTROLLER_REGISTRATION.latestVersion(), loop, this::onReply);
  }

  private void onReply(ControllerReply reply) {
    inFlight = false;
    if (reply instanceof ControllerReply.Answered(ControllerRegistrationResponseData answer)
        && answer.errorCode() == Errors.NONE.code()) {
      // The image will say so, too; until then nothing is to be done.
      registered = true;
      retryNanos = FIRST_RETRY_NANOS;
      return;
    }
    LOG.info("Controller {} could not register: {}", nodeId, reply);
    loop.schedule(retryNanos, this::maybeRegister);
    retryNanos = Math.min(LAST_RETRY_NANOS, retryNanos * 2);
  }

  private ControllerRegistrationRequestData request() {
    ControllerRegistrationRequestData.ListenerCollection listeners =
        new ControllerRegistrationRequestData.ListenerCollection();
    for (Endpoint endpoint : endpoints.controller()) {
      listeners.add(
          new ControllerRegistrationRequestData.Listener()
              .setName(endpoint.listener())
              .setHost(endpoint.host())
              .setPort(endpoint.port())
              .setSecurityProtocol(endpoint.securityProtocol().id));
    }
    ControllerRegistrationRequestData.FeatureCollection features =
        new ControllerRegistrationRequestData.FeatureCollection();
    new TreeMap<>(QuorumFeatures.defaultSupportedFeatureMap(unstableFeatures))
        .forEach((name, range) ->
            features.add(
                new ControllerRegistrationRequestData.Feature()
                    .setName(name)
                    .setMinSupportedVersion(range.min())
                    .setMaxSupportedVersion(range.max())));
    return new ControllerRegistrationRequestData()
        .setControllerId(nodeId)
        .setIncarnationId(incarnationId)
        .setListeners(listeners)
        .setFeatures(features)
        .setZkMigrationReady(false);
  }
}
