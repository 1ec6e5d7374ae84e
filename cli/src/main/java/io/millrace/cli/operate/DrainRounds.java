package io.millrace.cli.operate;

import io.millrace.cli.CommandFailure;
import io.millrace.metadata.balance.Plan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/// Empties a broker in as many rounds as it takes. A plan knows of the partitions that there were
/// when it was made, and the controller places new ones on the broker until that has told it of its
/// cordon, a moment after the setting was stored. So the cluster is looked at again after each
/// plan, and the broker is empty when there is nothing to plan any more.
///
/// A plan that only repeats what was carried out is of a broker that answers from metadata of a
/// moment ago: it is asked again. That nobody can take a replica is believed when it is seen a few
/// times, since such an answer may show the replicas of before and after a move together.
final class DrainRounds {

  /// A broker that holds replicas then gets them faster than they go.
  static final int MOST_LOOKS = 100;

  /// So often somebody who answers from old metadata is asked again.
  static final int STUCK_LOOKS = 3;

  private final int broker;
  private final Supplier<Plan> observed;
  private final Consumer<Plan> carryOut;
  private final Runnable pause;

  /// Where partitions lay when they were asked to move.
  private final Map<TopicPartition, List<Integer>> moved = new HashMap<>();

  /// @param observed looks at the cluster and plans
  /// @param carryOut returns when the plan is carried out, and throws when it cannot be
  /// @param pause waits until whoever answers may have heard of it
  DrainRounds(int broker, Supplier<Plan> observed, Consumer<Plan> carryOut, Runnable pause) {
    this.broker = broker;
    this.observed = observed;
    this.carryOut = carryOut;
    this.pause = pause;
  }

  /// The first plan is carried out in any case, so that an empty one is shown.
  ///
  /// @throws CommandFailure when there is no end to it
  void run() {
    Plan plan = look();
    carryOut(plan);
    for (int look = 1; !isDone(plan); look++) {
      if (look > MOST_LOOKS) {
        throw CommandFailure.failed(
            "broker " + broker + " still holds replicas, or again",
            "see whether it is cordoned: millrace broker list");
      }
      plan = look();
      if (repeats(plan)) {
        pause.run();
      } else if (!isDone(plan)) {
        carryOut(plan);
      }
    }
  }

  private Plan look() {
    Plan plan = observed.get();
    for (int again = 0; again < STUCK_LOOKS && !plan.stuck().isEmpty(); again++) {
      pause.run();
      plan = observed.get();
    }
    return plan;
  }

  private void carryOut(Plan plan) {
    carryOut.accept(plan);
    plan.changes().forEach(change -> moved.put(change.partition(), change.from()));
  }

  private boolean repeats(Plan plan) {
    return !plan.changes().isEmpty()
        && plan.stuck().isEmpty()
        && plan.changes().stream()
            .allMatch(change -> change.from().equals(moved.get(change.partition())));
  }

  private static boolean isDone(Plan plan) {
    return plan.changes().isEmpty() && plan.stuck().isEmpty();
  }
}
