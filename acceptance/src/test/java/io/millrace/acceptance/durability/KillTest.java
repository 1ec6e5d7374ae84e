package io.millrace.acceptance.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.Suite;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// kill -9 in the middle of producing, at random moments: after each restart everything that was
/// acknowledged is there once, in order. The producer is Kafka's default (idempotent, `acks=all`)
/// and lives through all of it.
class KillTest {
  private static final int PARTITIONS = 3;

  /// Killing a process leaves the page cache, so both must hold; the second also exercises the
  /// flush path.
  @ParameterizedTest
  @ValueSource(strings = {"default", "flush.messages=1"})
  void keepsWhatItAcknowledgedOnceAndInOrder(String durability) {
    boolean flush = !durability.equals("default");
    Random random = Suite.random("kill at random moments, " + durability);
    Broker judged = Broker.judged();
    if (flush) {
      judged.with("log.flush.interval.messages", "1");
    }
    int kills = flush ? Math.max(1, Suite.kills() / 5) : Suite.kills();
    try (Broker broker = judged.open()) {
      String topic = broker.clients().topic("killed", PARTITIONS);
      try (NumberedRecords records = new NumberedRecords(broker.clients(), topic, PARTITIONS)) {
        for (int i = 1; i <= kills; i++) {
          long before = records.acknowledgedCount();
          Await.untilTrue("records flow", () -> records.acknowledgedCount() > before);
          records.keepSendingFor(Duration.ofMillis(random.nextInt(1_000)));
          broker.kill();
          broker.start();
          assertThat(records.acknowledgedCount()).as("kill " + i).isGreaterThan(before);
          records.checkAcknowledged();
        }
        records.finish();
        records.checkAllOnceAndInOrder();
      }
    }
  }
}
