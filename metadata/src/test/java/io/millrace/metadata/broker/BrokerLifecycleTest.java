package io.millrace.metadata.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.controller.ControllerReply;
import io.millrace.runtime.virtual.VirtualWorld;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.SnapshotManifest;
import org.apache.kafka.metadata.BrokerState;
import org.junit.jupiter.api.Test;

class BrokerLifecycleTest {

  private static final long MS = 1_000_000;
  private static final Uuid DIR_1 = new Uuid(1, 1);
  private static final Uuid DIR_2 = new Uuid(2, 2);

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final ScriptedController controller = new ScriptedController();
  private final List<String> told = new ArrayList<>();
  private final BrokerLifecycle lifecycle =
      new BrokerLifecycle(
          world.node("n1").loops().getFirst(),
          controller,
          new BrokerIdentity(
              "cluster",
              1,
              new Uuid(9, 9),
              List.of(new Endpoint("PLAINTEXT", SecurityProtocol.PLAINTEXT, "host", 9092)),
              List.of(DIR_2, DIR_1),
              List.of(),
              "rack-a",
              5,
              false),
          2000);

  @Test
  void waitsForAnImageBeforeItRegisters() {
    lifecycle.start();
    run(5000);
    assertThat(controller.registrations).isEmpty();
    image(3);
    run(10);
    assertThat(controller.registrations).hasSize(1);
  }

  @Test
  void tellsTheControllerWhoItIs() {
    start();

    BrokerRegistrationRequestData request = controller.registrations.getFirst();
    assertThat(request.clusterId()).isEqualTo("cluster");
    assertThat(request.rack()).isEqualTo("rack-a");
    assertThat(request.previousBrokerEpoch()).isEqualTo(5);
    assertThat(request.logDirs()).containsExactly(DIR_1, DIR_2);
    assertThat(request.listeners().find("PLAINTEXT").host()).isEqualTo("host");
    assertThat(request.features().find("transaction.version").maxSupportedVersion())
        .isEqualTo((short) 2);
  }

  @Test
  void triesAgainSoonWhenItIsNotRegistered() {
    var well = controller.onRegistration;
    controller.onRegistration =
        _ ->
            new ControllerReply.Answered(
                new BrokerRegistrationResponseData()
                    .setErrorCode(Errors.DUPLICATE_BROKER_REGISTRATION.code()));
    start();
    run(450);
    assertThat(controller.registrations).hasSizeBetween(4, 6);
    assertThat(lifecycle.brokerEpoch()).isEqualTo(-1);

    controller.onRegistration = well;
    run(200);
    assertThat(lifecycle.brokerEpoch()).isEqualTo(ScriptedController.EPOCH);
  }

  /// A registration that a former process had sent came late.
  @Test
  void registersAgainWhenAnotherHasTakenItsPlace() {
    start();
    image(ScriptedController.EPOCH);
    lifecycle.readyToUnfence();
    run(10);
    assertThat(lifecycle.state()).isEqualTo(BrokerState.RUNNING);
    long now = ScriptedController.EPOCH + 20;
    controller.onRegistration =
        _ -> new ControllerReply.Answered(new BrokerRegistrationResponseData().setBrokerEpoch(now));
    var well = controller.onHeartbeat;
    controller.onHeartbeat =
        heartbeat ->
            heartbeat.brokerEpoch() == now
                ? well.apply(heartbeat)
                : new ControllerReply.Answered(
                    new BrokerHeartbeatResponseData()
                        .setErrorCode(Errors.STALE_BROKER_EPOCH.code()));

    run(2200);

    assertThat(controller.registrations).hasSize(2);
    assertThat(lifecycle.brokerEpoch()).isEqualTo(now);
    BrokerHeartbeatRequestData last = controller.heartbeats.getLast();
    assertThat(last.brokerEpoch()).isEqualTo(now);
    assertThat(last.wantFence()).isFalse();
    assertThat(lifecycle.state()).isEqualTo(BrokerState.RUNNING);
  }

  /// It had registered before its logs were opened.
  @Test
  void registersAsUncleanWhereItsLogsLackSomething() {
    start();
    image(ScriptedController.EPOCH);
    long now = ScriptedController.EPOCH + 20;
    controller.onRegistration =
        _ -> new ControllerReply.Answered(new BrokerRegistrationResponseData().setBrokerEpoch(now));
    lifecycle.retractCleanStop(new Uuid(9, 10));
    lifecycle.retractCleanStop(new Uuid(9, 11));
    lifecycle.readyToUnfence();
    run(10);
    image(now);
    run(10);

    assertThat(controller.registrations).hasSize(2);
    BrokerRegistrationRequestData second = controller.registrations.getLast();
    assertThat(second.incarnationId()).isEqualTo(new Uuid(9, 10));
    assertThat(second.previousBrokerEpoch()).isEqualTo(-1);
    assertThat(lifecycle.brokerEpoch()).isEqualTo(now);
    assertThat(lifecycle.state()).isEqualTo(BrokerState.RUNNING);
    assertThat(controller.heartbeats)
        .allMatch(heartbeat -> heartbeat.wantFence() || heartbeat.brokerEpoch() == now);
  }

  @Test
  void isCaughtUpOnceTheImageHoldsItsRegistration() {
    lifecycle.whenCaughtUp(() -> told.add("caught up"));
    start();
    run(100);
    assertThat(told).isEmpty();
    assertThat(lifecycle.state()).isEqualTo(BrokerState.STARTING);

    image(ScriptedController.EPOCH);
    run(10);
    assertThat(told).containsExactly("caught up");
    assertThat(lifecycle.state()).isEqualTo(BrokerState.RECOVERY);
  }

  @Test
  void asksToBeUnfencedWhenItIsReadyAndNotBefore() {
    lifecycle.whenUnfenced(() -> told.add("unfenced"));
    start();
    image(ScriptedController.EPOCH);
    run(5000);
    assertThat(controller.heartbeats).isNotEmpty();
    assertThat(controller.heartbeats).allMatch(BrokerHeartbeatRequestData::wantFence);

    lifecycle.readyToUnfence();
    run(10);
    assertThat(told).containsExactly("unfenced");
    assertThat(lifecycle.state()).isEqualTo(BrokerState.RUNNING);
    lifecycle.whenUnfenced(() -> told.add("later"));
    run(1);
    assertThat(told).containsExactly("unfenced", "later");
  }

  @Test
  void goesOnSayingThatItLivesWhileTheControllerIsBusy() {
    lifecycle.whenCaughtUp(lifecycle::readyToUnfence);
    start();
    image(ScriptedController.EPOCH);
    run(100);
    assertThat(lifecycle.state()).isEqualTo(BrokerState.RUNNING);

    controller.answerAfterNanos = 60_000 * MS;
    run(2000);
    int before = controller.heartbeats.size();
    run(30_000);
    assertThat(controller.heartbeats.size() - before).isEqualTo(15);

    controller.answerAfterNanos = MS;
    run(60_000);
    before = controller.heartbeats.size();
    run(30_000);
    assertThat(controller.heartbeats.size() - before).isEqualTo(15);
  }

  @Test
  void saysNothingMoreOnceItHasShutDown() {
    start();
    image(ScriptedController.EPOCH);
    controller.answerAfterNanos = 60_000 * MS;
    run(3000);
    lifecycle.close();
    run(10);
    int before = controller.heartbeats.size();
    run(30_000);
    assertThat(controller.heartbeats).hasSize(before);
  }

  /// The chain of a start waits for answers and for the image, never for an interval.
  @Test
  void startsWithoutWaitingForAnInterval() {
    lifecycle.whenCaughtUp(lifecycle::readyToUnfence);
    start();
    image(ScriptedController.EPOCH);
    run(10);

    assertThat(lifecycle.state()).isEqualTo(BrokerState.RUNNING);
  }

  @Test
  void stopsWithoutAControllerThatDoesNotAnswer() {
    running();
    controller.onHeartbeat = _ -> new ControllerReply.Unanswered("nobody leads");
    lifecycle.beginControlledShutdown(() -> told.add("done"));
    run(1_000);
    assertThat(told).doesNotContain("done");
    run(3_000);

    assertThat(told).contains("done");
  }

  @Test
  void waitsForAControllerThatIsNotDoneYet() {
    running();
    controller.onHeartbeat =
        _ ->
            new ControllerReply.Answered(
                new BrokerHeartbeatResponseData().setIsCaughtUp(true).setShouldShutDown(false));
    lifecycle.beginControlledShutdown(() -> told.add("done"));
    run(10_000);

    assertThat(told).doesNotContain("done");
  }

  @Test
  void sendsAHeartbeatEveryInterval() {
    running();
    int before = controller.heartbeats.size();
    run(20_000);

    assertThat(controller.heartbeats.size() - before).isBetween(9, 10);
  }

  @Test
  void goesOnWhenTheControllerDoesNotAnswer() {
    running();
    var well = controller.onHeartbeat;
    controller.onHeartbeat = _ -> new ControllerReply.Unanswered("nobody leads");
    run(10_000);
    int before = controller.heartbeats.size();
    controller.onHeartbeat = well;
    run(4_000);

    assertThat(controller.heartbeats.size()).isGreaterThan(before);
    assertThat(lifecycle.state()).isEqualTo(BrokerState.RUNNING);
  }

  @Test
  void handsOverBeforeItShutsDown() {
    running();
    int[] left = {3};
    controller.onHeartbeat =
        heartbeat ->
            new ControllerReply.Answered(
                new BrokerHeartbeatResponseData()
                    .setIsCaughtUp(true)
                    .setShouldShutDown(heartbeat.wantShutDown() && --left[0] == 0));
    lifecycle.beginControlledShutdown(() -> told.add("done"));
    run(500);

    assertThat(told).containsExactly("done");
    assertThat(lifecycle.state()).isEqualTo(BrokerState.SHUTTING_DOWN);
    int sent = controller.heartbeats.size();
    run(10_000);
    assertThat(controller.heartbeats).hasSize(sent);
  }

  @Test
  void doesNotAskToShutDownWhenItWasNotRunning() {
    start();
    lifecycle.beginControlledShutdown(() -> told.add("done"));
    run(10);

    assertThat(told).containsExactly("done");
    assertThat(controller.heartbeats).noneMatch(BrokerHeartbeatRequestData::wantShutDown);
  }

  @Test
  void tellsWhoWaitsWhenItIsClosed() {
    running();
    controller.onHeartbeat = _ -> new ControllerReply.Unanswered("nobody leads");
    lifecycle.beginControlledShutdown(() -> told.add("done"));
    run(1000);
    assertThat(told).isEmpty();
    lifecycle.close();
    run(10);
    assertThat(told).containsExactly("done");
  }

  @Test
  void reportsAFailedDirectoryAtOnceAndFromThenOn() {
    running();
    lifecycle.directoryFailed(DIR_2);
    run(10);
    assertThat(controller.heartbeats.getLast().offlineLogDirs()).containsExactly(DIR_2);
    run(5000);
    assertThat(controller.heartbeats.getLast().offlineLogDirs()).containsExactly(DIR_2);
  }

  private void start() {
    lifecycle.start();
    image(3);
    run(10);
  }

  private void running() {
    lifecycle.whenCaughtUp(lifecycle::readyToUnfence);
    start();
    image(ScriptedController.EPOCH);
    run(10);
    assertThat(lifecycle.state()).isEqualTo(BrokerState.RUNNING);
  }

  private void run(long ms) {
    world.runFor(ms * MS);
  }

  private void image(long offset) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
    MetadataProvenance provenance = new MetadataProvenance(offset, 1, 0, true);
    lifecycle.onImage(delta, delta.apply(provenance), new SnapshotManifest(provenance, 0));
  }
}
