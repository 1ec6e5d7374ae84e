package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A volume without room: writers are told to come back, readers do not notice.
class DiskFullTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
  private static final TopicPartition PAYMENTS = new TopicPartition("payments", 0);
  private static final long PLENTY = 1L << 40;

  private final HostedWorld hosted = new HostedWorld();

  @BeforeEach
  void start() {
    hosted.config = hosted.config.with("segment.bytes", 20_000).with("index.interval.bytes", 0);
    hosted.start();
    hosted.create(ORDERS, HostedWorld.DATA);
    hosted.create(PAYMENTS, HostedWorld.MORE);
  }

  /// Appends until the disk is full. Returns the log end.
  private long fill(TopicPartition partition) {
    for (int i = 0; i < 10_000; i++) {
      if (hosted.append(partition, 1 + i % 9) instanceof AppendOutcome.Refused refused) {
        assertThat(refused.error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        return hosted.log(partition).logEndOffset();
      }
    }
    throw new AssertionError("never full");
  }

  private void room(long bytes) {
    long used = PLENTY - usable(PLENTY);
    hosted.disk().faults().capacity(used + bytes);
  }

  private long usable(long capacity) {
    hosted.disk().faults().capacity(capacity);
    return hosted.disk().usableBytes(HostedWorld.DATA);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 700, 5_000, 19_000, 20_200, 33_333, 61_000})
  void refusesWhatDoesNotFitAndGoesOnWhenThereIsRoom(int room) {
    room(room);
    long end = fill(ORDERS);
    hosted.runFor(200);
    assertThat(hosted.offline).isEmpty();
    hosted.verify(ORDERS, end);
    assertThat(hosted.append(ORDERS, 9)).isInstanceOf(AppendOutcome.Refused.class);
    assertThat(hosted.append(ORDERS, 1)).isNotInstanceOf(AppendOutcome.Failed.class);
    end = hosted.log(ORDERS).logEndOffset();

    room(PLENTY / 2);
    for (int i = 0; i < 50; i++) {
      assertThat(hosted.append(ORDERS, 7)).isInstanceOf(AppendOutcome.Appended.class);
    }
    hosted.verify(ORDERS, end + 350);
    hosted.runFor(200);
    assertThat(hosted.log(ORDERS).checkpointOffset()).isEqualTo(end + 350);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void startsAgainWithWhatItHad(boolean power) {
    room(45_000);
    long end = fill(ORDERS);
    if (power) {
      hosted.runFor(200);
      hosted.powerOff();
    } else {
      hosted.kill();
    }
    room(PLENTY / 2);
    hosted.start();
    hosted.verify(ORDERS, end);
    assertThat(hosted.reports.damaged).isEmpty();
    assertThat(hosted.append(ORDERS, 3)).isInstanceOf(AppendOutcome.Appended.class);
    hosted.verify(ORDERS, end + 3);
  }

  @Test
  void stopsCleanlyEnoughToBeReadAgain() {
    room(45_000);
    long end = fill(ORDERS);
    room(0);
    hosted.stop();
    room(PLENTY / 2);
    hosted.start();
    hosted.verify(ORDERS, end);
    assertThat(hosted.reports.damaged).isEmpty();
  }

  @Test
  void retentionMakesRoom() {
    room(65_000);
    long end = fill(ORDERS);
    PartitionLog log = hosted.log(ORDERS);
    hosted.run(() -> {
      log.updateConfig(log.config().with("retention.ms", 1).with("file.delete.delay.ms", 0));
    });
    hosted.runFor(1_000);
    assertThat(log.logStartOffset()).isPositive();
    assertThat(hosted.append(ORDERS, 5)).isInstanceOf(AppendOutcome.Appended.class);
    assertThat(hosted.offline).isEmpty();
    assertThat(log.logEndOffset()).isEqualTo(end + 5);
  }

  @Test
  void aDeviceThatFailsTakesItsOwnPartitionsOnly() {
    hosted.append(ORDERS, 5);
    hosted.append(PAYMENTS, 5);
    hosted.disk().faults().die(HostedWorld.DATA);
    assertThat(hosted.append(ORDERS, 5)).isInstanceOf(AppendOutcome.Failed.class);
    hosted.runFor(200);
    assertThat(hosted.offline).containsExactly(hosted.directory(HostedWorld.DATA));
    assertThat(hosted.directories().log(ORDERS)).isNull();
    assertThat(hosted.append(PAYMENTS, 5)).isInstanceOf(AppendOutcome.Appended.class);
    hosted.verify(PAYMENTS, 10);
  }

  @Test
  void aReadThatFailsIsTold() {
    hosted.append(ORDERS, 5);
    hosted.stop();
    hosted.kill();
    hosted.start();
    Path dead = HostedWorld.DATA.resolve("orders-0");
    hosted.run(() -> {
      hosted.disk().faults().die(dead);
      assertThat(hosted.log(ORDERS).read(0, 1_000, 5, true)).isInstanceOf(LogRead.Failed.class);
      hosted.disk().faults().revive(dead);
    });
    hosted.verify(ORDERS, 5);
  }
}
