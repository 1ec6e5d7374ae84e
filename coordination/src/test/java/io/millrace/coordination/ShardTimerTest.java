package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.server.util.timer.TimerTask;
import org.junit.jupiter.api.Test;

final class ShardTimerTest {
  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final VirtualNode node = world.node("node");
  private final ShardTimer timer = new ShardTimer(node.clock(), node.loops().getFirst());
  private final List<String> ran = new ArrayList<>();

  private TimerTask task(String name, long delayMs) {
    TimerTask task =
        new TimerTask(delayMs) {
          @Override
          public void run() {
            ran.add(name);
          }
        };
    timer.add(task);
    return task;
  }

  private void pass(long ms) {
    world.runFor(ms * 1_000_000);
  }

  @Test
  void runsTasksWhenTheyAreDue() {
    task("late", 50);
    task("soon", 10);
    task("soon too", 10);
    task("at once", 0);
    pass(5);
    assertThat(ran).containsExactly("at once");
    pass(10);
    assertThat(ran).containsExactly("at once", "soon", "soon too");
    pass(50);
    assertThat(ran).containsExactly("at once", "soon", "soon too", "late");
    assertThat(timer.size()).isZero();
  }

  @Test
  void cancelledTasksDoNotRun() {
    TimerTask task = task("never", 10);
    assertThat(task.isCancelled()).isFalse();
    task.cancel();
    pass(20);
    assertThat(ran).isEmpty();
  }

  @Test
  void cancelledTasksAreSweptAway() {
    for (int i = 0; i < 100_000; i++) {
      task("write " + i, 5_000 + i % 100).cancel();
    }
    assertThat(timer.size()).isLessThan(1_100);
    task("kept", 10);
    pass(20);
    assertThat(ran).containsExactly("kept");
  }

  @Test
  void closedTimerRunsNothing() {
    task("pending", 10);
    timer.close();
    task("later", 10);
    pass(50);
    assertThat(ran).isEmpty();
  }
}
