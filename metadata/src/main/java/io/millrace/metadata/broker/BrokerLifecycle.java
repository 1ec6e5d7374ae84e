package io.millrace.metadata.broker;

import io.millrace.metadata.ImageListener;
import io.millrace.metadata.controller.ControllerChannel;
import io.millrace.metadata.controller.ControllerReply;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Timer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.metadata.BrokerState;
import org.apache.kafka.metadata.VersionRange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps this broker in the cluster (KIP-631): registers it, sends heartbeats, asks to be unfenced
/// when the node says it is ready, hands leadership over before a shutdown.
///
/// ```
/// NOT_RUNNING                 --start-->                              STARTING
/// STARTING                    --image holds the registration-->       RECOVERY
/// RECOVERY                    --ready, and the controller unfenced--> RUNNING
/// RUNNING                     --beginControlledShutdown-->            PENDING_CONTROLLED_SHUTDOWN
/// PENDING_CONTROLLED_SHUTDOWN --the controller lets it go, or none
///                               answers for SHUTDOWN_PATIENCE_MS-->   SHUTTING_DOWN
/// any                         --close-->                              SHUTTING_DOWN
/// ```
///
/// One request is under way at a time. The next is sent after `broker.heartbeat.interval.ms`, or at
/// once when there is something to say: the image has caught up, the broker is ready, a directory
/// failed. A start therefore waits for nothing but the controller's commits.
///
/// A controller with much to do may answer late, but notes at once who has sent a heartbeat. So
/// while an answer is outstanding the broker goes on saying every interval that it lives, and does
/// not care for what is said to that: else a controller that is busy for the time of a session
/// fences every broker, has to move all partitions for it, and is busy for longer.
///
/// A broker whose epoch is stale registers again: somebody else has registered under its id. That
/// may have been a former process of its own, dead by now, whose request was on the way for longer
/// than the new one's start took; Kafka's broker would stay out until it is restarted. Where the
/// other one lives, the controller refuses this one for as long as it does.
///
/// Lives on a connection loop, which never waits for a disk. All methods may be called from any
/// thread; callbacks come on that loop and must not block.
public final class BrokerLifecycle implements ImageListener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BrokerLifecycle.class);

  /// A refused registration is tried again this soon while the node starts.
  private static final long REGISTRATION_RETRY_MS = 100;

  private static final long SHUTDOWN_RETRY_MS = 50;

  /// A controlled shutdown goes on without the controller when that has not answered for so long:
  /// in a cluster that stops as a whole the last ones have none.
  private static final long SHUTDOWN_PATIENCE_MS = 3_000;

  private static final Consumer<ControllerReply> IGNORED = _ -> {};

  private final EventLoop loop;
  private final ControllerChannel controller;
  private BrokerIdentity identity;
  private final long intervalMs;
  private final List<Runnable> onRegistration = new ArrayList<>();
  private final List<Runnable> onCaughtUp = new ArrayList<>();
  private final List<Runnable> onUnfenced = new ArrayList<>();
  private final List<Runnable> onShutDown = new ArrayList<>();

  /// Failed directories; true once the controller knows.
  private final Map<Uuid, Boolean> failedDirs = new LinkedHashMap<>();

  /// Those in the heartbeat that is under way.
  private List<Uuid> reportedDirs = List.of();

  private List<Uuid> cordonedDirs;
  private boolean cordonsSupported;
  private volatile BrokerState state = BrokerState.NOT_RUNNING;
  private volatile long brokerEpoch = -1;
  private long imageOffset = -1;
  private boolean registered;
  private boolean ready;
  private boolean caughtUp;
  private boolean inFlight;
  private boolean sendAgainAtOnce;
  private @Nullable Timer next;
  private @Nullable Timer keepAlive;
  private @Nullable Timer patience;

  /// @param loop a connection loop
  public BrokerLifecycle(
      EventLoop loop, ControllerChannel controller, BrokerIdentity identity, int intervalMs) {
    this.loop = loop;
    this.controller = controller;
    this.identity = identity;
    this.intervalMs = intervalMs;
    this.cordonedDirs = identity.cordonedLogDirs();
  }

  /// Begins to register, as soon as there is an image: who registers has to know who was.
  public void start() {
    loop.execute(() -> {
      if (state == BrokerState.NOT_RUNNING) {
        to(BrokerState.STARTING, "the node starts");
        if (imageOffset >= 0) {
          communicateAfter(0);
        }
      }
    });
  }

  /// `onCaughtUp` runs once the broker has read the metadata up to its own registration; at once
  /// when it has already.
  public void whenCaughtUp(Runnable action) {
    loop.execute(() -> runOrKeep(action, caughtUp, onCaughtUp));
  }

  /// `action` runs after every registration; the epoch is another then. Before [#start].
  public void onRegistration(Runnable action) {
    onRegistration.add(action);
  }

  /// Partitions are recovered and listeners open: from now on the broker asks to be unfenced.
  public void readyToUnfence() {
    loop.execute(() -> {
      ready = true;
      if (registered) {
        communicateAfter(0);
      }
    });
  }

  /// The logs lack something that was promised before, although the broker said, or is about to
  /// say, that it had stopped cleanly: it registers as one that has not, in an incarnation of its
  /// own. So the controller takes it out of the in-sync and the eligible replicas wherever there
  /// are others (KIP-966). Before [#readyToUnfence]: who is fenced is elected nowhere.
  public void retractCleanStop(Uuid newIncarnation) {
    loop.execute(() -> {
      if (identity.previousBrokerEpoch() >= 0) {
        LOG.warn("Broker {} registers as one that stopped uncleanly", identity.brokerId());
        identity = identity.unclean(newIncarnation);
        registered = false;
        communicateAfter(0);
      }
    });
  }

  /// `onUnfenced` runs once the controller has unfenced the broker for the first time.
  public void whenUnfenced(Runnable action) {
    loop.execute(() -> runOrKeep(action, state == BrokerState.RUNNING, onUnfenced));
  }

  /// Asks the controller to move leadership away and ends the heartbeats when it has.
  ///
  /// @param onDone runs once, also when the broker was not running or the lifecycle is closed
  public void beginControlledShutdown(Runnable onDone) {
    loop.execute(() -> {
      runOrKeep(onDone, state == BrokerState.SHUTTING_DOWN, onShutDown);
      switch (state) {
        case RUNNING -> {
          to(BrokerState.PENDING_CONTROLLED_SHUTDOWN, "the node was asked to stop");
          awaitController();
          communicateAfter(0);
        }
        case PENDING_CONTROLLED_SHUTDOWN, SHUTTING_DOWN -> {}
        case NOT_RUNNING, STARTING, RECOVERY, UNKNOWN -> shutDown("it was not running yet");
      }
    });
  }

  private void awaitController() {
    if (patience != null) {
      patience.cancel();
    }
    patience =
        loop.schedule(
            SHUTDOWN_PATIENCE_MS * 1_000_000, () -> shutDown("no controller answers any more"));
  }

  /// Ends the heartbeats at once; who waits for a controlled shutdown is told.
  @Override
  public void close() {
    loop.execute(() -> shutDown("closed"));
  }

  /// −1 before the first registration.
  public long brokerEpoch() {
    return brokerEpoch;
  }

  public BrokerState state() {
    return state;
  }

  /// Reports a log directory that failed. It stays reported until the broker restarts.
  public void directoryFailed(Uuid directory) {
    loop.execute(() -> {
      failedDirs.putIfAbsent(directory, false);
      if (registered) {
        communicateAfter(0);
      }
    });
  }

  /// Replaces the set of directories that take no new replicas.
  public void cordon(List<Uuid> directories) {
    loop.execute(() -> {
      cordonedDirs = List.copyOf(directories);
      if (registered) {
        communicateAfter(0);
      }
    });
  }

  /// Called on the `metadata` loop.
  @Override
  public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    long offset = image.highestOffsetAndEpoch().offset();
    boolean cordons =
        image.features().metadataVersion().map(v -> v.isCordonedLogDirsSupported()).orElse(false);
    loop.execute(() -> onOffset(offset, cordons));
  }

  /// A controller that has just become active hears of this broker at once.
  @Override
  public void onLeaderChange(int leaderId, int epoch) {
    loop.execute(() -> {
      if (leaderId >= 0 && registered) {
        communicateAfter(0);
      }
    });
  }

  private void onOffset(long offset, boolean cordons) {
    cordonsSupported = cordons;
    boolean first = imageOffset < 0;
    boolean reached = registered && imageOffset < brokerEpoch && offset >= brokerEpoch;
    imageOffset = offset;
    if (first || (reached && (!caughtUp || state == BrokerState.RECOVERY))) {
      communicateAfter(0);
    }
  }

  private void communicateAfter(long delayMs) {
    if (inFlight) {
      sendAgainAtOnce |= delayMs == 0;
      return;
    }
    if (next != null) {
      next.cancel();
      next = null;
    }
    if (state == BrokerState.SHUTTING_DOWN || state == BrokerState.NOT_RUNNING) {
      return;
    }
    if (delayMs == 0) {
      communicate();
    } else {
      next = loop.schedule(delayMs * 1_000_000, () -> communicateAfter(0));
    }
  }

  private void communicate() {
    if (!registered) {
      Uuid incarnation = identity.incarnationId();
      send(
          registration(),
          ApiKeys.BROKER_REGISTRATION.latestVersion(),
          answer -> onRegistration(answer, incarnation));
    } else if (state != BrokerState.STARTING || imageOffset >= brokerEpoch) {
      sendHeartbeat();
    } else {
      // Until the registration shows in the image there is nothing to say but "I am alive".
      next = loop.schedule(intervalMs * 1_000_000, this::communicateWhileBehind);
    }
  }

  private void communicateWhileBehind() {
    next = null;
    if (registered && !inFlight && state == BrokerState.STARTING) {
      sendHeartbeat();
    }
  }

  private void sendHeartbeat() {
    reportedDirs = List.copyOf(failedDirs.keySet());
    send(heartbeat(), ApiKeys.BROKER_HEARTBEAT.latestVersion(), this::onHeartbeat);
    keepAliveLater();
  }

  private void keepAliveLater() {
    cancelKeepAlive();
    keepAlive = loop.schedule(intervalMs * 1_000_000, this::sayThatItLives);
  }

  private void sayThatItLives() {
    keepAlive = null;
    if (inFlight && state != BrokerState.SHUTTING_DOWN) {
      controller.send(heartbeat(), ApiKeys.BROKER_HEARTBEAT.latestVersion(), loop, IGNORED);
      keepAliveLater();
    }
  }

  private void cancelKeepAlive() {
    if (keepAlive != null) {
      keepAlive.cancel();
      keepAlive = null;
    }
  }

  /// Handles an answer; returns after how many milliseconds to speak again.
  private interface OnAnswer {
    long handle(ApiMessage response);
  }

  private void send(ApiMessage request, short version, OnAnswer onAnswer) {
    inFlight = true;
    sendAgainAtOnce = false;
    controller.send(request, version, loop, reply -> onReply(reply, onAnswer));
  }

  private void onReply(ControllerReply reply, OnAnswer onAnswer) {
    inFlight = false;
    cancelKeepAlive();
    if (state == BrokerState.SHUTTING_DOWN) {
      return;
    }
    long delayMs =
        switch (reply) {
          case ControllerReply.Answered answered -> onAnswer.handle(answered.response());
          case ControllerReply.Unanswered unanswered -> {
            LOG.info("The controller did not answer: {}", unanswered.reason());
            sendAgainAtOnce = false;
            yield retryMs();
          }
        };
    communicateAfter(sendAgainAtOnce ? 0 : delayMs);
  }

  private long retryMs() {
    return registered ? intervalMs : REGISTRATION_RETRY_MS;
  }

  private BrokerRegistrationRequestData registration() {
    BrokerRegistrationRequestData.ListenerCollection listeners =
        new BrokerRegistrationRequestData.ListenerCollection();
    for (Endpoint endpoint : identity.endpoints()) {
      listeners.add(
          new BrokerRegistrationRequestData.Listener()
              .setName(endpoint.listener())
              .setHost(endpoint.host())
              .setPort(endpoint.port())
              .setSecurityProtocol(endpoint.securityProtocol().id));
    }
    BrokerRegistrationRequestData.FeatureCollection features =
        new BrokerRegistrationRequestData.FeatureCollection();
    Map<String, VersionRange> supported =
        new TreeMap<>(QuorumFeatures.defaultSupportedFeatureMap(identity.unstableFeatures()));
    supported.forEach((name, range) ->
        features.add(
            new BrokerRegistrationRequestData.Feature()
                .setName(name)
                .setMinSupportedVersion(range.min())
                .setMaxSupportedVersion(range.max())));
    return new BrokerRegistrationRequestData()
        .setBrokerId(identity.brokerId())
        .setClusterId(identity.clusterId())
        .setIncarnationId(identity.incarnationId())
        .setListeners(listeners)
        .setFeatures(features)
        .setRack(identity.rack())
        .setLogDirs(identity.logDirs())
        .setPreviousBrokerEpoch(identity.previousBrokerEpoch());
  }

  private long onRegistration(ApiMessage message, Uuid incarnation) {
    if (!incarnation.equals(identity.incarnationId())) {
      return 0;
    }
    BrokerRegistrationResponseData response = (BrokerRegistrationResponseData) message;
    Errors error = Errors.forCode(response.errorCode());
    if (error != Errors.NONE) {
      LOG.warn("Broker {} could not register: {}", identity.brokerId(), error);
      return REGISTRATION_RETRY_MS;
    }
    registered = true;
    brokerEpoch = response.brokerEpoch();
    LOG.info("Broker {} is registered with epoch {}", identity.brokerId(), brokerEpoch);
    onRegistration.forEach(Runnable::run);
    return 0;
  }

  private BrokerHeartbeatRequestData heartbeat() {
    BrokerHeartbeatRequestData request =
        new BrokerHeartbeatRequestData()
            .setBrokerId(identity.brokerId())
            .setBrokerEpoch(brokerEpoch)
            .setCurrentMetadataOffset(imageOffset)
            .setWantFence(!ready)
            .setWantShutDown(state == BrokerState.PENDING_CONTROLLED_SHUTDOWN)
            .setOfflineLogDirs(new ArrayList<>(failedDirs.keySet()));
    // Null leaves the cordons as they are; an empty list lifts them.
    if (caughtUp && cordonsSupported) {
      request.setCordonedLogDirs(cordonedDirs);
    }
    return request;
  }

  private long onHeartbeat(ApiMessage message) {
    BrokerHeartbeatResponseData response = (BrokerHeartbeatResponseData) message;
    Errors error = Errors.forCode(response.errorCode());
    if (error != Errors.NONE) {
      LOG.warn("Heartbeat of broker {} was refused: {}", identity.brokerId(), error);
      sendAgainAtOnce = false;
      if (state == BrokerState.PENDING_CONTROLLED_SHUTDOWN) {
        return SHUTDOWN_RETRY_MS;
      }
      registered &= error != Errors.STALE_BROKER_EPOCH;
      return retryMs();
    }
    reportedDirs.forEach(dir -> failedDirs.put(dir, true));
    switch (state) {
      case STARTING, RECOVERY -> onHeartbeatWhileStarting(response);
      case PENDING_CONTROLLED_SHUTDOWN -> {
        if (response.shouldShutDown()) {
          shutDown("the controller has moved its leaderships");
        } else {
          awaitController();
        }
        return SHUTDOWN_RETRY_MS;
      }
      case RUNNING, NOT_RUNNING, SHUTTING_DOWN, UNKNOWN -> {}
    }
    return intervalMs;
  }

  private void onHeartbeatWhileStarting(BrokerHeartbeatResponseData response) {
    if (state == BrokerState.STARTING && response.isCaughtUp()) {
      to(BrokerState.RECOVERY, "the metadata is read");
      caughtUp = true;
      runAll(onCaughtUp);
    }
    if (state == BrokerState.RECOVERY && ready && !response.isFenced()) {
      to(BrokerState.RUNNING, "the controller unfenced it");
      runAll(onUnfenced);
    }
  }

  private void shutDown(String reason) {
    if (state == BrokerState.SHUTTING_DOWN) {
      return;
    }
    to(BrokerState.SHUTTING_DOWN, reason);
    if (next != null) {
      next.cancel();
      next = null;
    }
    cancelKeepAlive();
    if (patience != null) {
      patience.cancel();
      patience = null;
    }
    runAll(onShutDown);
  }

  private void to(BrokerState newState, String reason) {
    LOG.info("Broker {}: {} to {}, {}", identity.brokerId(), state, newState, reason);
    state = newState;
  }

  private static void runOrKeep(Runnable action, boolean now, List<Runnable> waiting) {
    if (now) {
      action.run();
    } else {
      waiting.add(action);
    }
  }

  private static void runAll(List<Runnable> waiting) {
    List<Runnable> actions = List.copyOf(waiting);
    waiting.clear();
    actions.forEach(Runnable::run);
  }
}
