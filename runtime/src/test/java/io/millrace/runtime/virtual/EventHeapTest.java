package io.millrace.runtime.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EventHeapTest {

  private final Scheduler scheduler =
      new Scheduler((_, fault) -> {
        throw new AssertionError(fault);
      });
  private final SplittableRandom random = new SplittableRandom(7);
  private final List<Long> happened = new ArrayList<>();

  private Scheduler.Event at(long nanos) {
    return scheduler.at(nanos, null, "test", () -> happened.add(nanos));
  }

  private void runAll() {
    while (scheduler.step()) {
      // All of it.
    }
  }

  @Test
  void eventsHappenByTimeWhateverIsCancelledMeanwhile() {
    List<Long> expected = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      long nanos = random.nextLong(1_000);
      Scheduler.Event event = at(nanos);
      if (random.nextInt(3) == 0) {
        event.cancel();
        event.cancel();
      } else {
        expected.add(nanos);
      }
    }
    expected.sort(null);

    runAll();

    assertThat(happened).isEqualTo(expected);
  }

  @Test
  void eventsOfOneMomentHappenInTheOrderOfTheirMaking() {
    List<Integer> order = new ArrayList<>();
    List<Scheduler.Event> events = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int number = i;
      events.add(scheduler.at(5, null, "test", () -> order.add(number)));
    }
    for (int i = 0; i < 100; i += 2) {
      events.get(i).cancel();
    }

    runAll();

    assertThat(order).hasSize(50).isSorted().allMatch(number -> number % 2 == 1);
  }

  @Test
  void anEventThatHasHappenedCanBeCancelled() {
    Scheduler.Event first = at(1);
    at(2);
    scheduler.step();

    first.cancel();
    runAll();

    assertThat(happened).containsExactly(1L, 2L);
  }
}
