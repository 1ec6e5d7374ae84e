package io.millrace.metadata.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.controller.ControllerReply;
import io.millrace.runtime.virtual.VirtualWorld;
import org.junit.jupiter.api.Test;

class ProducerIdsTest {

  private static final long MS = 1_000_000;

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final ScriptedController controller = new ScriptedController();
  private long brokerEpoch = 3;
  private final ProducerIds ids =
      new ProducerIds(world.node("n1").loops().getFirst(), controller, 1, () -> brokerEpoch);

  @Test
  void hasNoneAtFirstAndAsksForABlock() {
    assertThat(ids.next()).isEqualTo(-1);
    world.runFor(10 * MS);
    assertThat(ids.next()).isEqualTo(0);
    assertThat(ids.next()).isEqualTo(1);
  }

  @Test
  void neverRunsDryWhereTheControllerIsThere() {
    ids.prefetch();
    world.runFor(10 * MS);
    for (long expected = 0; expected < 5_000; expected++) {
      assertThat(ids.next()).isEqualTo(expected);
      if (expected % 50 == 0) {
        world.runFor(10 * MS);
      }
    }
    assertThat(controller.blocks).isBetween(5, 6);
  }

  @Test
  void asksAgainWhenItGotNone() {
    var well = controller.onAllocation;
    controller.onAllocation = _ -> new ControllerReply.Unanswered("nobody leads");
    ids.prefetch();
    world.runFor(500 * MS);
    assertThat(ids.next()).isEqualTo(-1);
    controller.onAllocation = well;
    world.runFor(100 * MS);
    assertThat(ids.next()).isNotNegative();
  }

  @Test
  void asksForNothingBeforeTheBrokerIsRegistered() {
    brokerEpoch = -1;
    ids.prefetch();
    world.runFor(500 * MS);
    assertThat(controller.blocks).isZero();
    brokerEpoch = 3;
    world.runFor(100 * MS);
    assertThat(ids.next()).isZero();
  }
}
