package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class HighWatermarkListenersTest {
  private final HighWatermarkListeners listeners = new HighWatermarkListeners();
  private final List<Long> heard = new ArrayList<>();

  private void listenFrom(long highWatermark) {
    listeners.add(heard::add, () -> highWatermark);
  }

  @Test
  void tellsWhereItIsAndEachMoveForward() {
    listenFrom(3);
    listeners.onAck(5, Errors.NONE);
    listeners.onAck(4, Errors.NONE);
    listeners.onAck(7, Errors.NONE);
    assertThat(heard).containsExactly(3L, 5L, 7L);
  }

  /// A shard that was loaded while the others were out of sync never heard of a commit again: every
  /// offset commit to it timed out until the partition had another leader.
  @Test
  void tooFewInSyncReplicasAreNotTheEndOfATenure() {
    listenFrom(0);
    listeners.onAck(0, Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    listeners.onAck(4, Errors.NONE);
    assertThat(heard).containsExactly(0L, 4L);
  }

  @Test
  void forgetsAllWhenThisNodeLeadsNoMore() {
    listenFrom(0);
    listeners.onAck(4, Errors.NOT_LEADER_OR_FOLLOWER);
    listeners.onAck(8, Errors.NONE);
    assertThat(heard).containsExactly(0L);
  }
}
