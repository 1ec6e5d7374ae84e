package io.millrace.acceptance.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.OnlyMillrace;
import io.millrace.acceptance.harness.Suite;
import java.time.Duration;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Until transactions are implemented they are refused at once and by name: a client must not hang
/// in retries.
@OnlyMillrace
class TransactionsRefusedTest {
  @RegisterExtension static final Broker broker = Broker.judged();

  @Test
  void aTransactionalProducerLearnsAtOnceThatItIsNotServed() {
    try (Producer<String, String> producer =
        broker.clients().producer("transactional.id", Suite.unique("t"), "max.block.ms", 30_000)) {
      long before = System.nanoTime();
      assertThatThrownBy(producer::initTransactions)
          .isInstanceOf(KafkaException.class)
          .hasMessageContaining("Transactions are not served");
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    }
  }
}
