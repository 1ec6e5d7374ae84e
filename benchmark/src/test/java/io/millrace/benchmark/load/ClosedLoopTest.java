package io.millrace.benchmark.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.benchmark.wire.Payload;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClosedLoopTest {
  private static final Uuid TOPIC = new Uuid(1, 2);
  private static final int PARTITIONS = 3;

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 4, 5", "60, 2, 5"})
  void everyRequestIsAnsweredOnceAndNotedInTheLedger(int records, int connections, int depth)
      throws IOException {
    Ledger acknowledged = new Ledger(PARTITIONS);
    try (ProduceServer server = new ProduceServer(Long.MAX_VALUE);
        ClosedLoop loop =
            loop(server, Payload.random(1024, records), acknowledged, connections, depth)) {
      Outcome outcome = loop.run(new Limit(500, Duration.ofMinutes(1)));
      assertThat(outcome.requests()).isEqualTo(500);
      assertThat(outcome.latencyNanos().getTotalCount()).isEqualTo(500);
      assertThat(server.requests()).isEqualTo(500);
      assertThat(acknowledged.records()).isEqualTo(500L * records);
    }
  }

  @Test
  void runsAgainWhereItStopped() throws IOException {
    Ledger acknowledged = new Ledger(PARTITIONS);
    try (ProduceServer server = new ProduceServer(Long.MAX_VALUE);
        ClosedLoop loop = loop(server, Payload.random(100, 1), acknowledged, 2, 5)) {
      loop.run(new Limit(10, Duration.ofMinutes(1)));
      assertThat(loop.run(new Limit(20, Duration.ofMinutes(1))).requests()).isEqualTo(20);
      assertThat(acknowledged.records()).isEqualTo(30);
    }
  }

  @Test
  void anErrorInAnAnswerEndsTheRun() throws IOException {
    try (ProduceServer server = new ProduceServer(7);
        ClosedLoop loop = loop(server, Payload.random(100, 1), new Ledger(PARTITIONS), 1, 1)) {
      assertThatThrownBy(() -> loop.run(new Limit(20, Duration.ofMinutes(1))))
          .isInstanceOf(LoadException.class)
          .hasMessageContaining("NOT_LEADER_OR_FOLLOWER");
    }
  }

  @Test
  void ledgersDifferWhenABatchIsMissingOrMoved() {
    Ledger acknowledged = new Ledger(1);
    acknowledged.add(0, 0, 10);
    acknowledged.add(0, 10, 10);
    Ledger missing = new Ledger(1);
    missing.add(0, 0, 10);
    Ledger moved = new Ledger(1);
    moved.add(0, 0, 10);
    moved.add(0, 20, 10);
    assertThatThrownBy(() -> acknowledged.mustEqual(missing))
        .hasMessage("partition 0: 20 records in 2 batches acknowledged, 10 in 1 read back");
    assertThatThrownBy(() -> acknowledged.mustEqual(moved)).isInstanceOf(LoadException.class);
  }

  private static ClosedLoop loop(
      ProduceServer server, Payload payload, Ledger acknowledged, int connections, int depth) {
    List<ProduceTraffic> traffic = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      traffic.add(new ProduceTraffic(TOPIC, payload, i, acknowledged));
    }
    return new ClosedLoop(server.address(), traffic, depth, ProduceTraffic.RECEIVE_BYTES);
  }
}
