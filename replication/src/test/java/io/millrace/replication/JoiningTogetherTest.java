package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.LogConfig;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What a leader proposes when two followers have caught up.
class JoiningTogetherTest {

  private static final int EPOCH = 1;
  private static final int[] REPLICAS = {1, 2, 3};

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final TwoDirectories broker;

  JoiningTogetherTest() throws IOException {
    broker = new TwoDirectories(world, LogConfig.DEFAULTS, TwoDirectories.FIRST);
    state(1, 1);
  }

  private void state(int partitionEpoch, int... isr) {
    broker
        .partition()
        .apply(
            new LeaderState(1, EPOCH, partitionEpoch, REPLICAS, isr, false),
            new TopicSettings(LogConfig.DEFAULTS, 1));
  }

  private ReadAnswer fetches(int follower) {
    ReadRequest request = new ReadRequest();
    request.replicaId = follower;
    request.replicaEpoch = 100 + follower;
    request.followerLogStart = 0;
    request.isProgress = true;
    request.maxBytes = 1 << 20;
    ReadAnswer answer = new ReadAnswer();
    broker.partition().read(request, answer);
    answer.release();
    return answer;
  }

  private @Nullable List<Integer> told() {
    IsrProposal proposal = broker.partition().proposal();
    return proposal == null
        ? null
        : proposal.isr().stream().map(IsrProposal.Member::brokerId).toList();
  }

  @Test
  void oneChangeTakesBothInWhileItWasNotTold() {
    fetches(2);
    fetches(3);
    assertThat(told()).containsExactly(1, 2, 3);
  }

  @Test
  void whatWasToldStaysAsItIs() {
    fetches(2);
    assertThat(told()).containsExactly(1, 2);
    fetches(3);
    assertThat(told()).containsExactly(1, 2);
    state(2, 1, 2);
    fetches(3);
    assertThat(told()).containsExactly(1, 2, 3);
  }

  @Test
  void afterARefusalTheNextOneIsOpenAgain() {
    fetches(2);
    broker.partition().onRejected(Objects.requireNonNull(broker.partition().proposal()));
    fetches(3);
    fetches(2);
    assertThat(told()).containsExactly(1, 3, 2);
  }

  @Test
  void whoFollowsForgetsEpochsThatItLedWithoutARecord() {
    assertThat(broker.partition().hosted().log().latestEpoch()).isEqualTo(EPOCH);
    broker
        .partition()
        .apply(
            new LeaderState(2, EPOCH + 1, 2, REPLICAS, REPLICAS, false),
            new TopicSettings(LogConfig.DEFAULTS, 1));
    FollowerPosition position = new FollowerPosition();
    assertThat(broker.partition().position(EPOCH + 1, position))
        .isEqualTo(FollowerPosition.Readiness.READY);
    assertThat(position.lastFetchedEpoch).isEqualTo(-1);
  }
}
