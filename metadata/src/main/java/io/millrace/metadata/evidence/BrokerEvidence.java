package io.millrace.metadata.evidence;

import io.millrace.metadata.BrokerAddress;
import io.millrace.metadata.ImageListener;
import io.millrace.metadata.controller.ControllerChannel;
import io.millrace.metadata.controller.ControllerReply;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.metadata.BrokerRegistration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has dead brokers fenced at once: while this node is the active controller, it watches a listener
/// of every other unfenced broker. One that refuses connections gets a heartbeat on its behalf that
/// asks for its own fencing, which moves its leaderships and takes it out of all ISRs in one step.
///
/// A controller that has just become active has no connections yet; a refusal counts all the same,
/// so that a broker that died with the former controller is fenced, too.
///
/// **Reversal.** A refusal is not always death (a load balancer, a packet filter). If a broker that
/// was fenced so is unfenced again under the same epoch, its own heartbeat has said that it lives:
/// from then on that incarnation is not accused again, and only its silence counts.
///
/// The state belongs to one connection loop; images come on the `metadata` loop.
public final class BrokerEvidence implements ImageListener {

  private static final Logger LOG = LoggerFactory.getLogger(BrokerEvidence.class);

  /// A broker as the image shows it.
  ///
  /// @param endpoint that other brokers reach it by
  private record Broker(int id, long epoch, boolean fenced, boolean leaving, Endpoint endpoint) {}

  private final World world;
  private final EventLoop loop;
  private final int nodeId;
  private final @Nullable String interBrokerListener;
  private final ControllerChannel controller;
  private final Map<Integer, ProcessWatch> watches = new LinkedHashMap<>();

  /// Those whose fencing is under way.
  private final Set<Integer> asking = new LinkedHashSet<>();

  /// By id, the epoch under which the controller has fenced a broker on evidence; the image does
  /// not show it yet.
  private final Map<Integer, Long> accused = new LinkedHashMap<>();

  /// The same once the image shows it.
  private final Map<Integer, Long> convicted = new LinkedHashMap<>();

  /// By id, the epoch under which a broker has proven evidence wrong.
  private final Map<Integer, Long> acquitted = new LinkedHashMap<>();

  private Map<Integer, Broker> brokers = new TreeMap<>();
  private long imageOffset;
  private boolean active;
  private boolean stopped;

  /// @param loop a connection loop
  /// @param interBrokerListener `inter.broker.listener.name`; null takes a broker's first listener
  /// @param controller takes the heartbeats to this node's own controller
  public BrokerEvidence(
      World world,
      EventLoop loop,
      int nodeId,
      @Nullable String interBrokerListener,
      ControllerChannel controller) {
    this.world = world;
    this.loop = loop;
    this.nodeId = nodeId;
    this.interBrokerListener = interBrokerListener;
    this.controller = controller;
  }

  @Override
  public void onLeaderChange(int leaderId, int epoch) {
    loop.execute(() -> {
      active = leaderId == nodeId;
      follow();
    });
  }

  @Override
  public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    long offset = image.highestOffsetAndEpoch().offset();
    if (delta.clusterDelta() == null) {
      loop.execute(() -> imageOffset = offset);
      return;
    }
    Map<Integer, Broker> seen = new TreeMap<>();
    for (BrokerRegistration broker : image.cluster().brokers().values()) {
      Endpoint endpoint = BrokerAddress.of(broker, interBrokerListener);
      if (broker.id() != nodeId && endpoint != null) {
        seen.put(
            broker.id(),
            new Broker(
                broker.id(),
                broker.epoch(),
                broker.fenced(),
                broker.inControlledShutdown(),
                endpoint));
      }
    }
    loop.execute(() -> {
      imageOffset = offset;
      brokers = seen;
      follow();
    });
  }

  /// Watches whom it has to, and nobody else.
  private void follow() {
    List<Integer> gone = new ArrayList<>();
    watches.forEach((id, watch) -> {
      Broker broker = brokers.get(id);
      if (broker == null
          || !isToBeWatched(broker)
          || !watch.leadsTo(broker.endpoint().host(), broker.endpoint().port())) {
        watch.stop();
        gone.add(id);
      }
    });
    gone.forEach(watches::remove);
    for (Broker broker : brokers.values()) {
      noticeReversal(broker);
      if (isToBeWatched(broker) && !watches.containsKey(broker.id())) {
        ProcessWatch watch =
            new ProcessWatch(
                world,
                loop,
                broker.endpoint().host(),
                broker.endpoint().port(),
                _ -> onRefused(broker.id()));
        watches.put(broker.id(), watch);
        watch.start();
      }
    }
  }

  private boolean isToBeWatched(Broker broker) {
    return active && !stopped && !broker.fenced() && !broker.leaving();
  }

  private void noticeReversal(Broker broker) {
    if (broker.fenced()) {
      if (accused.remove(broker.id(), broker.epoch())) {
        convicted.put(broker.id(), broker.epoch());
      }
    } else if (convicted.remove(broker.id(), broker.epoch())) {
      LOG.warn(
          "Broker {} refused connections at {}:{} and yet it lives: from now on only its silence"
              + " fences it",
          broker.id(),
          broker.endpoint().host(),
          broker.endpoint().port());
      acquitted.put(broker.id(), broker.epoch());
    }
  }

  private void onRefused(int id) {
    Broker broker = brokers.get(id);
    if (broker == null || !isToBeWatched(broker) || isAcquitted(broker) || !asking.add(id)) {
      return;
    }
    LOG.info("Broker {} is dead: its listener refuses connections", id);
    BrokerHeartbeatRequestData onItsBehalf =
        new BrokerHeartbeatRequestData()
            .setBrokerId(id)
            .setBrokerEpoch(broker.epoch())
            .setCurrentMetadataOffset(imageOffset)
            .setWantFence(true)
            // Null leaves its cordons as they are.
            .setCordonedLogDirs(null);
    controller.send(
        onItsBehalf,
        ApiKeys.BROKER_HEARTBEAT.latestVersion(),
        loop,
        reply -> onFenced(broker, reply));
  }

  private boolean isAcquitted(Broker broker) {
    Long epoch = acquitted.get(broker.id());
    return epoch != null && epoch == broker.epoch();
  }

  private void onFenced(Broker broker, ControllerReply reply) {
    asking.remove(broker.id());
    if (reply instanceof ControllerReply.Answered(BrokerHeartbeatResponseData answer)
        && answer.errorCode() == Errors.NONE.code()) {
      accused.put(broker.id(), broker.epoch());
      Broker now = brokers.get(broker.id());
      if (now != null) {
        // The image may have shown the fencing before this answer came.
        noticeReversal(now);
      }
    } else {
      LOG.info("Broker {} could not be fenced: {}", broker.id(), reply);
    }
  }

  /// Watches nobody any more. Any thread.
  public void stop() {
    loop.execute(() -> {
      stopped = true;
      follow();
    });
  }
}
