package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [EventLoop] and [Workers] keeps.
public abstract class EventLoopContract {

  private static final long MS = 1_000_000;

  protected Stage stage;

  protected abstract Stage open();

  @BeforeEach
  void openStage() {
    stage = open();
  }

  @AfterEach
  void closeStage() {
    stage.close();
  }

  private List<EventLoop> bothKinds() {
    return List.of(stage.world().loops().getFirst(), stage.world().dedicatedLoop("own"));
  }

  @Test
  void runsStepsInTheOrderTheyWerePosted() {
    for (EventLoop loop : bothKinds()) {
      List<Integer> seen = new ArrayList<>();
      CompletableFuture<Void> done = new CompletableFuture<>();
      for (int i = 0; i < 100; i++) {
        int step = i;
        loop.execute(() -> seen.add(step));
      }
      loop.execute(() -> done.complete(null));
      stage.await(done);
      assertThat(seen).hasSize(100).isSorted();
    }
  }

  @Test
  void knowsWhetherTheCallerIsOnIt() {
    for (EventLoop loop : bothKinds()) {
      assertThat(loop.inLoop()).isFalse();
      assertThat(loop.name()).isNotEmpty();
      CompletableFuture<Boolean> inside = new CompletableFuture<>();
      loop.execute(() -> inside.complete(loop.inLoop()));
      assertThat(stage.await(inside)).isTrue();
    }
  }

  @Test
  void runsTimersInTheOrderOfTheirTimesAndNeverEarly() {
    Clock clock = stage.world().clock();
    for (EventLoop loop : bothKinds()) {
      List<Integer> seen = new ArrayList<>();
      CompletableFuture<Long> done = new CompletableFuture<>();
      long start = clock.nanos();
      loop.execute(() -> {
        loop.schedule(20 * MS, () -> done.complete(clock.nanos()));
        loop.schedule(10 * MS, () -> seen.add(2));
        loop.schedule(10 * MS, () -> seen.add(3));
        loop.schedule(5 * MS, () -> seen.add(1));
        loop.schedule(-1, () -> seen.add(0));
      });
      assertThat(stage.await(done) - start).isGreaterThanOrEqualTo(20 * MS);
      assertThat(seen).containsExactly(0, 1, 2, 3);
    }
  }

  @Test
  void takesTimersFromElsewhere() {
    for (EventLoop loop : bothKinds()) {
      CompletableFuture<Boolean> inside = new CompletableFuture<>();
      loop.schedule(MS, () -> inside.complete(loop.inLoop()));
      assertThat(stage.await(inside)).isTrue();
    }
  }

  @Test
  void neverRunsATimerThatItsLoopHasCancelled() {
    for (EventLoop loop : bothKinds()) {
      List<String> seen = new ArrayList<>();
      CompletableFuture<Void> done = new CompletableFuture<>();
      loop.execute(() -> {
        loop.schedule(MS, () -> seen.add("cancelled at once")).cancel();
        Timer[] second = new Timer[1];
        loop.schedule(2 * MS, () -> second[0].cancel());
        second[0] = loop.schedule(2 * MS, () -> seen.add("cancelled when due"));
        loop.schedule(
            10 * MS,
            () -> {
              second[0].cancel();
              done.complete(null);
            });
      });
      stage.await(done);
      assertThat(seen).isEmpty();
    }
  }

  @Test
  void reportsAStepThatThrowsAndGoesOn() {
    RuntimeException thrown = new IllegalStateException("on purpose");
    for (EventLoop loop : bothKinds()) {
      int before = stage.faults().size();
      CompletableFuture<Void> done = new CompletableFuture<>();
      loop.execute(() -> {
        throw thrown;
      });
      loop.schedule(
          0,
          () -> {
            throw thrown;
          });
      loop.schedule(MS, () -> done.complete(null));
      stage.await(done);
      assertThat(stage.faults().subList(before, before + 2)).containsOnly(thrown);
    }
  }

  @Test
  void finishesEveryJobOfTheWorkersAndReportsThoseThatThrow() {
    List<CompletableFuture<Boolean>> jobs = new ArrayList<>();
    EventLoop loop = stage.world().loops().getFirst();
    stage
        .world()
        .workers()
        .execute(() -> {
          throw new IllegalStateException("on purpose");
        });
    for (int i = 0; i < 50; i++) {
      CompletableFuture<Boolean> job = new CompletableFuture<>();
      jobs.add(job);
      stage
          .world()
          .workers()
          .execute(() -> {
            boolean onLoop = loop.inLoop();
            loop.execute(() -> job.complete(onLoop));
          });
    }
    for (CompletableFuture<Boolean> job : jobs) {
      assertThat(stage.await(job)).isFalse();
    }
    assertThat(stage.faults()).hasSize(1);
  }

  @Test
  void clockGoesForward() {
    Clock clock = stage.world().clock();
    EventLoop loop = stage.world().loops().getFirst();
    long wall = clock.wallMs();
    long nanos = clock.nanos();
    CompletableFuture<Void> later = new CompletableFuture<>();
    loop.schedule(3 * MS, () -> later.complete(null));
    stage.await(later);
    assertThat(clock.nanos() - nanos).isGreaterThanOrEqualTo(3 * MS);
    assertThat(clock.wallMs()).isGreaterThan(wall);
  }

  @Test
  void givesDistinctIdentifiers() {
    Entropy entropy = stage.world().entropy();
    assertThat(entropy.uuid()).isNotEqualTo(entropy.uuid());
    assertThat(entropy.stream("a").nextLong()).isNotEqualTo(entropy.stream("b").nextLong());
  }
}
