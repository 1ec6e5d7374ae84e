package io.millrace.cli.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.CommandFailure;
import io.millrace.metadata.balance.Plan;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/// When a broker counts as drained.
class DrainRoundsTest {

  private static final Plan NOTHING = plan();

  private final List<Plan> carriedOut = new ArrayList<>();
  private int pauses;

  @Test
  void movesWhatCameBeforeTheCordonWasInForce() {
    Plan first = plan(0, 1);
    Plan created = plan(2);
    drain(Stream.of(first, created, NOTHING));
    assertThat(carriedOut).containsExactly(first, created);
    assertThat(pauses).isZero();
  }

  @Test
  void showsThatThereIsNothingToDo() {
    drain(Stream.of(NOTHING));
    assertThat(carriedOut).containsExactly(NOTHING);
  }

  @Test
  void asksAgainWhereTheAnswerIsOld() {
    Plan first = plan(0, 1);
    drain(Stream.of(first, first, plan(1), NOTHING));
    assertThat(carriedOut).containsExactly(first);
    assertThat(pauses).isEqualTo(2);
  }

  @Test
  void believesThatNobodyCanTakeAReplicaWhenItStaysSo() {
    Plan stuck =
        new Plan(
            List.of(), List.of(new TopicPartition("orders", 0)), List.of(), List.of(), List.of());
    drain(Stream.of(stuck, plan(0), stuck, NOTHING));
    assertThat(carriedOut).containsExactly(plan(0));
    assertThat(pauses).isEqualTo(2);

    Stream<Plan> always = Stream.generate(() -> stuck);
    List<Plan> shown = new ArrayList<>();
    DrainRounds rounds =
        new DrainRounds(
            4,
            always.iterator()::next,
            plan -> {
              shown.add(plan);
              throw CommandFailure.failed("1 partitions have a replica that nobody can take", "");
            },
            () -> {});
    assertThatThrownBy(rounds::run).hasMessageContaining("nobody can take");
    assertThat(shown).containsExactly(stuck);
  }

  @Test
  void givesUpWhenThereIsNoEnd() {
    assertThatThrownBy(() -> drain(IntStream.iterate(0, n -> n + 1).mapToObj(n -> plan(n))))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("broker 4 still holds replicas");
    assertThat(carriedOut).hasSize(DrainRounds.MOST_LOOKS + 1);
  }

  private void drain(Stream<Plan> observed) {
    Iterator<Plan> plans = observed.iterator();
    new DrainRounds(4, plans::next, carriedOut::add, () -> pauses++).run();
    assertThat(plans.hasNext()).as("more was to be seen").isFalse();
  }

  private static Plan plan(int... partitions) {
    List<Plan.Change> changes =
        IntStream.of(partitions)
            .mapToObj(partition ->
                new Plan.Change(
                    new TopicPartition("orders", partition),
                    List.of(4, 1, 2),
                    List.of(3, 1, 2),
                    0,
                    Plan.Goal.EVACUATION,
                    List.of()))
            .toList();
    return new Plan(changes, List.of(), List.of(), List.of(), List.of());
  }
}
