package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/// `log-start-offset-checkpoint`: what was deleted stays so, and is nobody else's.
class LogStartCheckpointTest {

  private static final TopicPartition ONE = new TopicPartition("orders", 0);

  private final HostedWorld node = new HostedWorld();

  @Test
  void aStoredStartSurvivesAKill() {
    node.start();
    node.create(ONE, HostedWorld.DATA);
    node.append(ONE, 10);
    node.run(() -> {
      node.log(ONE).incrementLogStartOffset(4);
      node.directories().storeLogStarts(node.directory(HostedWorld.DATA));
    });
    node.kill();
    node.start();
    assertThat(node.log(ONE).logStartOffset()).isEqualTo(4);
    node.verify(ONE, 10);
  }

  /// Else the new log, which ends below the old start, would be taken for one that lost its files.
  @Test
  void aTopicMadeAnewDoesNotInheritTheStart() {
    node.start();
    node.create(ONE, HostedWorld.DATA);
    node.append(ONE, 10);
    node.run(() -> {
      node.log(ONE).incrementLogStartOffset(9);
      node.directories().storeLogStarts(node.directory(HostedWorld.DATA));
      node.directories().delete(ONE);
    });
    node.create(ONE, HostedWorld.DATA);
    node.append(ONE, 3);
    node.kill();
    node.start();
    assertThat(node.log(ONE).logStartOffset()).isZero();
    assertThat(node.log(ONE).logEndOffset()).isEqualTo(3);
  }
}
