package io.millrace.metadata.balance;

import io.millrace.metadata.ImageListener;
import io.millrace.metadata.balance.BalancerSettings.Mode;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Timer;
import io.millrace.runtime.World;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps replicas, bytes, leaders and their traffic even over the brokers and racks as brokers
/// come, go and fill, while this node's controller is the active one (`balancer.mode`).
///
/// ```
/// resting   --the metadata changes-->                       due, after a pause
/// resting   --nothing changes-->                            due, after the interval
/// due       --a broker has changed within the calm time-->  due, at its end
/// due       --something is missing or moving-->             resting
/// due       --nothing in the way-->                         surveying: brokers are asked for their disks
/// surveying --one does not answer, or nothing to gain-->    resting
/// surveying --ADVISE: a plan-->                             logged, resting
/// surveying --AUTOMATIC: a plan-->                          its first changes ordered, resting
/// ```
///
/// Few partitions are changed at a time, and the next ones only when the metadata shows that the
/// former are done and every replica is in sync: a reassignment adds replicas before it removes
/// any, so that a partition has never fewer in sync than before. What lies between two steps is the
/// metadata's; a new active controller goes on with it. Disks are looked at before each step, so
/// that what the last one has moved counts; a step that would fill a disk is not planned.
///
/// Belongs to the `metadata` loop; plans are made on a worker.
public final class AutomaticBalancer implements ImageListener {

  private static final Logger LOG = LoggerFactory.getLogger(AutomaticBalancer.class);

  /// Changes of the metadata come in groups.
  private static final long MOST_PAUSE_MS = 1_000;

  /// Brokers are not asked more often than this while nothing is to gain, however often the
  /// metadata change.
  private static final long EVEN_PAUSE_MS = 10_000;

  /// An order that was refused shows in nothing.
  private static final long LOOK_AFTER_ORDERS_MS = 30_000;

  /// Deleting itself takes a moment, too.
  private static final long DELETION_MS = 10_000;

  private static final int TOLD_CHANGES = 5;

  private final World world;
  private final EventLoop loop;
  private final int nodeId;
  private final BalancerSettings settings;
  private final boolean elects;
  private final DirectorySurvey survey;
  private final BalanceOrders orders;
  private final Departures departures;
  private TrafficMeter traffic = new TrafficMeter();
  private MetadataImage latest = MetadataImage.EMPTY;
  private boolean active;
  private boolean stopped;
  private long calmNanos;
  private long evenUntilNanos;
  private @Nullable Timer due;
  private long dueNanos;
  private boolean deciding;
  private boolean changedMeanwhile;
  private String lastTold = "";

  /// @param loop the `metadata` loop
  /// @param elects `auto.leader.rebalance.enable`
  /// @param deleteDelayMs `log.segment.delete.delay.ms`
  /// @param interBrokerListener `inter.broker.listener.name`; null asks at a broker's first
  ///   listener
  public AutomaticBalancer(
      World world,
      EventLoop loop,
      int nodeId,
      BalancerSettings settings,
      boolean elects,
      long deleteDelayMs,
      @Nullable String interBrokerListener,
      BalanceOrders orders) {
    this.world = world;
    this.loop = loop;
    this.nodeId = nodeId;
    this.settings = settings;
    this.elects = elects;
    this.departures = new Departures(deleteDelayMs + DELETION_MS);
    this.survey = new DirectorySurvey(world, world.loops().getFirst(), interBrokerListener);
    this.orders = orders;
  }

  @Override
  public void onLeaderChange(int leaderId, int epoch) {
    boolean before = active;
    active = leaderId == nodeId;
    if (active && !before) {
      traffic = new TrafficMeter();
      restartCalm();
      lookSoon();
    }
  }

  @Override
  public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    latest = image;
    if (delta.clusterDelta() != null) {
      restartCalm();
    }
    if (delta.clusterDelta() != null || delta.topicsDelta() != null) {
      changedMeanwhile = true;
      lookSoon();
    }
  }

  private void restartCalm() {
    calmNanos = world.clock().nanos() + settings.calmMs() * 1_000_000;
    evenUntilNanos = calmNanos;
  }

  private void lookSoon() {
    lookAfter(
        Math.max(
            Math.min(MOST_PAUSE_MS, settings.calmMs()) * 1_000_000,
            evenUntilNanos - world.clock().nanos()));
  }

  private void lookAfter(long nanos) {
    long at = world.clock().nanos() + nanos;
    if (!active || stopped || deciding) {
      return;
    }
    Timer later = due;
    if (later != null) {
      if (at >= dueNanos) {
        return;
      }
      later.cancel();
    }
    dueNanos = at;
    due = loop.schedule(nanos, this::look);
  }

  private void look() {
    due = null;
    if (!active || stopped) {
      return;
    }
    long left = calmNanos - world.clock().nanos();
    if (left > 0) {
      lookAfter(left);
      return;
    }
    deciding = true;
    changedMeanwhile = false;
    MetadataImage image = latest;
    world
        .workers()
        .execute(() -> {
          Optional<String> obstacle = BalanceStep.obstacle(image);
          loop.execute(() ->
              obstacle.ifPresentOrElse(
                  why -> onDecided(new BalanceStep.Rest(why), image), () -> askBrokers(image)));
        });
  }

  private void askBrokers(MetadataImage image) {
    survey.ask(image, outcome -> loop.execute(() -> onSurveyed(outcome, image)));
  }

  private void onSurveyed(DirectorySurvey.Outcome outcome, MetadataImage image) {
    switch (outcome) {
      case DirectorySurvey.Outcome.Silent(int broker, String why) ->
          onDecided(
              new BalanceStep.Rest("broker " + broker + " does not say what it holds: " + why),
              image);
      case DirectorySurvey.Outcome.Told(var answers) -> {
        long now = world.clock().nanos();
        Census told = Census.of(answers, now, traffic);
        Census census = told.withDisks(departures.deducted(told.disks(), image, now));
        // The meter goes on with the next survey, which comes after this decision.
        world
            .workers()
            .execute(() -> {
              BalanceStep step = BalanceStep.decide(image, census, settings, elects);
              loop.execute(() -> onDecided(step, image));
            });
      }
    }
  }

  private void onDecided(BalanceStep step, MetadataImage image) {
    deciding = false;
    if (!active || stopped) {
      return;
    }
    lookAfter(settings.intervalMs() * 1_000_000);
    if (changedMeanwhile) {
      // Decided from metadata that are old by now.
      lookSoon();
      return;
    }
    switch (step) {
      case BalanceStep.Even(List<String> notes) -> {
        evenUntilNanos = world.clock().nanos() + EVEN_PAUSE_MS * 1_000_000;
        tell(notes.isEmpty() ? "the cluster is balanced" : String.join("; ", notes));
      }
      case BalanceStep.Rest(String why) -> tell("nothing is moved for now: " + why);
      case BalanceStep.Move move when settings.mode() == Mode.AUTOMATIC -> {
        move.now().forEach(AutomaticBalancer::tell);
        ordered();
        departures.ordered(move.now());
        orders.move(move.now(), image);
      }
      case BalanceStep.Move move -> advise(move.plan());
      case BalanceStep.Lead lead when settings.mode() == Mode.AUTOMATIC -> {
        LOG.info("Balancer: {} get their preferred leaders", lead.partitions());
        ordered();
        orders.lead(lead.partitions());
      }
      case BalanceStep.Lead lead ->
          tell(lead.partitions() + " and perhaps more are not led by their preferred leaders");
    }
  }

  private void ordered() {
    lastTold = "";
    evenUntilNanos = world.clock().nanos();
    lookAfter(LOOK_AFTER_ORDERS_MS * 1_000_000);
  }

  private void advise(Plan plan) {
    StringBuilder changes = new StringBuilder();
    plan.changes().stream()
        .limit(TOLD_CHANGES)
        .forEach(change -> changes.append("; ").append(describe(change)));
    tell(
        plan.changes().size()
            + " partitions should get other replicas (millrace partition balance shows them)"
            + changes);
  }

  private static void tell(Plan.Change change) {
    LOG.info("Balancer: {}", describe(change));
  }

  private static String describe(Plan.Change change) {
    return change.partition()
        + " from "
        + change.from()
        + " to "
        + change.to()
        + ": "
        + String.join(", ", change.reasons());
  }

  /// What is so for long is said once.
  private void tell(String what) {
    if (!what.equals(lastTold)) {
      lastTold = what;
      LOG.info("Balancer: {}", what);
    }
  }

  /// Any thread.
  public void stop() {
    loop.execute(() -> {
      stopped = true;
      Timer timer = due;
      if (timer != null) {
        timer.cancel();
        due = null;
      }
    });
  }
}
