package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.coordinator.common.runtime.CoordinatorEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ShardLoopsTest {
  private final VirtualWorld world = VirtualWorld.builder(1).loops(2).build();
  private final VirtualNode node = world.node("node");
  private final ShardLoops loops = new ShardLoops(node.loops());
  private final List<String> seen = new ArrayList<>();

  private final class Event implements CoordinatorEvent {
    private final String name;
    private final int shard;
    private final Runnable then;

    Event(String name, int shard, Runnable then) {
      this.name = name;
      this.shard = shard;
      this.then = then;
    }

    @Override
    public TopicPartition key() {
      return new TopicPartition("__consumer_offsets", shard);
    }

    @Override
    public void run() {
      String loop = loops.loopOf(key()).inLoop() ? "" : " on a foreign loop";
      seen.add(name + loop);
      then.run();
    }

    @Override
    public void complete(@Nullable Throwable exception) {
      seen.add(name + " failed: " + exception);
    }

    @Override
    public long createdTimeMs() {
      return 0;
    }
  }

  private Event event(String name) {
    return new Event(name, 0, () -> {});
  }

  private void settle() {
    world.runFor(10_000_000);
  }

  @Test
  void eventsOfAShardRunInOrderOnItsLoop() {
    for (int i = 0; i < 1_000; i++) {
      loops.enqueueLast(new Event("odd " + i, 1, () -> {}));
      loops.enqueueLast(new Event("even " + i, 2, () -> {}));
    }
    settle();
    assertThat(seen.stream().filter(name -> name.startsWith("odd")).toList())
        .hasSize(1_000)
        .startsWith("odd 0", "odd 1")
        .endsWith("odd 999");
    assertThat(seen).hasSize(2_000).noneMatch(name -> name.endsWith("foreign loop"));
  }

  @Test
  void urgentEventsOvertakeWhatWaits() {
    loops.enqueueLast(new Event("first", 0, () -> loops.enqueueFirst(event("high watermark"))));
    loops.enqueueLast(event("second"));
    settle();
    assertThat(seen).containsExactly("first", "high watermark", "second");
  }

  @Test
  void eventsOfAFirstStepOvertakeWhatWaits() {
    TopicPartition shard = event("of it").key();
    loops
        .loopOf(shard)
        .execute(() -> {
          loops.enqueueLast(event("waits"));
          loops.first(shard, () -> loops.enqueueLast(event("loaded")));
          loops.enqueueLast(event("comes"));
        });
    settle();
    assertThat(seen).containsExactly("loaded", "waits", "comes");
  }

  @Test
  void failureIsItsEventsAlone() {
    loops.enqueueLast(
        new Event(
            "bad",
            0,
            () -> {
              throw new IllegalStateException("broken");
            }));
    loops.enqueueLast(event("good"));
    settle();
    assertThat(seen)
        .containsExactly("bad", "bad failed: java.lang.IllegalStateException: broken", "good");
  }

  @Test
  void closedLoopsRejectWhatWaitsAndWhatComes() {
    loops.enqueueLast(event("waiting"));
    loops.close();
    settle();
    assertThat(seen).hasSize(1).first().asString().contains("waiting failed", "closed");
    assertThatThrownBy(() -> loops.enqueueLast(event("late")))
        .isInstanceOf(RejectedExecutionException.class);
    assertThatThrownBy(() -> loops.enqueueFirst(event("late")))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
