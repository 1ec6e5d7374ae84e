package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.segment.RottenRange;
import io.millrace.runtime.virtual.DiskFaults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/// What a node knows, at its start, of how it was stopped.
class BootNoteTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
  private static final Path NOTE = HostedWorld.DATA.resolve(".millrace_boot");
  private static final Path BATCHES = HostedWorld.DATA.resolve("orders-0/00000000000000000000.log");

  private final HostedWorld hosted = new HostedWorld();

  private void fill() {
    hosted.start();
    hosted.create(ORDERS, HostedWorld.DATA);
    for (int i = 0; i < 3; i++) {
      hosted.append(ORDERS, 5);
    }
  }

  private String note() {
    return new String(hosted.content(NOTE), StandardCharsets.UTF_8);
  }

  @Test
  void afterAKillWhatWasWrittenIsBelieved() {
    fill();
    String before = note();
    hosted.kill();
    // Rot inside of a batch is what only checksums find, and nobody looks at them.
    hosted.put(BATCHES, 200, (byte) 99);
    hosted.start();
    assertThat(hosted.log(ORDERS).logEndOffset()).isEqualTo(15);
    assertThat(hosted.reports.damaged).isEmpty();
    assertThat(note()).isEqualTo(before);
  }

  @Test
  void aKilledLogThatWasFlushedWaitsForNoDevice() {
    fill();
    hosted.runFor(100);
    hosted.kill();
    hosted.disk().faults().failNext(DiskFaults.Operation.SYNC, 1);
    hosted.start();
    assertThat(hosted.offline).isEmpty();
    hosted.verify(ORDERS, 15);
  }

  @Test
  void afterAPowerFailureEverythingThatWasNotFlushedIsChecked() {
    fill();
    hosted.runFor(100);
    String before = note();
    hosted.append(ORDERS, 5);
    hosted.powerOff();
    hosted.start();
    assertThat(hosted.log(ORDERS).logEndOffset()).isBetween(15L, 20L);
    hosted.verify(ORDERS, hosted.log(ORDERS).logEndOffset());
    assertThat(note()).isNotEqualTo(before);
  }

  @Test
  void whereDamageWasFoundItIsLookedForAgain() {
    hosted.config = hosted.config.with("flush.messages", 1);
    fill();
    hosted.run(() -> hosted.disk().delete(NOTE));
    hosted.put(BATCHES, 200, (byte) 99);
    for (int starts = 1; starts <= 3; starts++) {
      hosted.kill();
      hosted.start();
      assertThat(hosted.reports.damaged).hasSize(starts);
      assertThat(hosted.disk().exists(NOTE)).isFalse();
    }
  }

  @Test
  void aDirectoryThatFailedIsNotBelieved() {
    fill();
    assertThat(hosted.disk().exists(NOTE)).isTrue();
    hosted.run(() ->
        hosted
            .directories()
            .fail(hosted.directory(HostedWorld.DATA), new IOException("Input/output error")));
    hosted.settle();
    assertThat(hosted.disk().exists(NOTE)).isFalse();
    assertThat(hosted.disk().exists(HostedWorld.MORE.resolve(".millrace_boot"))).isTrue();
  }

  @Test
  void aKilledBrokerLostNothingAndKnowsItsEpoch() {
    fill();
    hosted.run(() -> hosted.directories().noteBrokerEpoch(7));
    hosted.kill();
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(7);
    hosted.run(() -> hosted.directories().noteBrokerEpoch(9));
    hosted.kill();
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(9);
  }

  @Test
  void aBrokerWithoutPowerMayHaveLostSomething() {
    fill();
    hosted.run(() -> hosted.directories().noteBrokerEpoch(7));
    hosted.runFor(100);
    hosted.powerOff();
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(-1);
    hosted.kill();
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(-1);
  }

  private void fillSynced() {
    hosted.config = hosted.config.with("flush.messages", 1);
    fill();
    hosted.run(() -> hosted.directories().noteBrokerEpoch(7));
    hosted.runFor(100);
  }

  @Test
  void aBrokerThatSyncsBeforeItAcknowledgesLosesNothingWithThePower() {
    fillSynced();
    hosted.powerOff();
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(7);
    // Without power again before it is registered: nothing was promised in between.
    hosted.powerOff();
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(7);
    hosted.run(() -> hosted.directories().noteBrokerEpoch(9));
    hosted.powerOff();
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(9);
  }

  @Test
  void oneLogThatDoesNotSyncIsEnough() {
    fillSynced();
    hosted.config = LogConfig.DEFAULTS;
    hosted.create(new TopicPartition("clicks", 0), HostedWorld.MORE);
    hosted.powerOff();
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(-1);
  }

  @Test
  void aTopicThatNoLongerSyncsIsEnough() {
    fillSynced();
    hosted.run(() -> hosted.directories().admit(LogConfig.DEFAULTS));
    hosted.powerOff();
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(-1);
    assertThat(hosted.disk().exists(NOTE)).isTrue();
  }

  @Test
  void whoDidNotSyncIsBelievedAgainAfterACleanStop() {
    fill();
    hosted.config = hosted.config.with("flush.messages", 1);
    hosted.run(() -> hosted.directories().admit(hosted.config));
    hosted.run(() -> hosted.directories().noteBrokerEpoch(7));
    hosted.powerOff();
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(-1);
    hosted.stop();
    hosted.start();
    hosted.run(() -> hosted.directories().noteBrokerEpoch(9));
    hosted.powerOff();
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(9);
  }

  @Test
  void damageIsNoPromiseKept() {
    fillSynced();
    hosted.powerOff();
    hosted.put(BATCHES, 200, (byte) 99);
    hosted.run(
        () -> hosted.disk().delete(HostedWorld.DATA.resolve("recovery-point-offset-checkpoint")));
    hosted.start();
    assertThat(hosted.reports.damaged).isNotEmpty();
    hosted.powerOff();
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(-1);
  }

  /// The power goes, and where everything below 15 was synced a bit of each of these batches flips.
  private byte[] damaged(int... batches) {
    fill();
    hosted.runFor(100);
    hosted.powerOff();
    byte[] sound = hosted.content(BATCHES);
    for (int batch : batches) {
      hosted.put(BATCHES, (long) batch * (sound.length / 3) + 100, (byte) 99);
    }
    hosted.run(
        () -> hosted.disk().delete(HostedWorld.DATA.resolve("recovery-point-offset-checkpoint")));
    hosted.start();
    assertThat(hosted.log(ORDERS).integrity()).isEqualTo(Integrity.DAMAGED);
    assertThat(hosted.disk().exists(NOTE)).isFalse();
    return sound;
  }

  private void repairFirst(byte[] sound) {
    hosted.run(() -> {
      PartitionLog log = hosted.log(ORDERS);
      RottenRange range = Objects.requireNonNull(log.firstDamage());
      RepairOutcome outcome =
          log.repair(range, ByteBuffer.wrap(sound), range.position(), range.length());
      RepairOutcome.Whole whole = (RepairOutcome.Whole) outcome;
      whole.file().sync();
      whole.file().release();
      log.onRepairSynced(range);
    });
  }

  @Test
  void whatIsRepairedIsBelievedAgain() {
    hosted.config = hosted.config.with("flush.messages", 1);
    byte[] sound = damaged(0, 2);
    hosted.run(() -> hosted.directories().noteBrokerEpoch(7));
    repairFirst(sound);
    assertThat(hosted.disk().exists(NOTE)).isFalse();
    repairFirst(sound);
    assertThat(hosted.disk().exists(NOTE)).isTrue();
    // Registered again, as one that stopped uncleanly.
    hosted.run(() -> hosted.directories().noteBrokerEpoch(9));
    hosted.run(() -> hosted.directories().noteBrokerEpoch(7));
    hosted.kill();
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(9);
    hosted.verify(ORDERS, 15);
  }

  @Test
  void whatIsCutInsteadIsNot() {
    hosted.config = hosted.config.with("flush.messages", 1);
    byte[] sound = damaged(0, 2);
    hosted.run(() -> hosted.directories().noteBrokerEpoch(7));
    hosted.run(() -> hosted.log(ORDERS).truncateTo(12));
    repairFirst(sound);
    assertThat(hosted.log(ORDERS).damage()).isEmpty();
    assertThat(hosted.disk().exists(NOTE)).isFalse();
  }

  @Test
  void oneDirectoryThatMayHaveLostSomethingIsEnough() {
    fill();
    hosted.run(() -> hosted.directories().noteBrokerEpoch(7));
    hosted.kill();
    hosted.run(() -> hosted.disk().delete(HostedWorld.MORE.resolve(".millrace_boot")));
    hosted.start();
    assertThat(hosted.directories().unbrokenBrokerEpoch()).isEqualTo(-1);
  }

  @Test
  void aCleanStopNeedsNoNote() {
    fill();
    hosted.stop();
    hosted.powerOff();
    hosted.run(() -> hosted.disk().delete(NOTE));
    hosted.start();
    hosted.verify(ORDERS, 15);
  }

  @Test
  void whatNobodyTouchedSinceACleanStopIsClosedWithoutADevice() {
    fill();
    hosted.stop();
    hosted.start();
    hosted.disk().faults().failNext(DiskFaults.Operation.SYNC, 1);
    hosted.run(() -> hosted.log(ORDERS).close());
    hosted.kill();
    hosted.disk().faults().failNext(DiskFaults.Operation.SYNC, 0);
    hosted.start();
    hosted.verify(ORDERS, 15);
  }

  @Test
  void whatWasAppendedIsSyncedWhenItIsClosed() {
    fill();
    hosted.stop();
    hosted.start();
    hosted.append(ORDERS, 5);
    hosted.disk().faults().failNext(DiskFaults.Operation.SYNC, 1);
    assertThatThrownBy(() -> hosted.run(() -> hosted.log(ORDERS).close()))
        .hasRootCauseInstanceOf(IOException.class);
  }
}
