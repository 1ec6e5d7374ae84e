package io.millrace.runtime.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Mailbox;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A mailbox under real threads: each message is delivered once, on the loop, in its caller's
/// order, with an end of a batch behind it, whatever other messages throw.
class MailboxStressTest {

  private static final int CALLERS = 4;
  private static final int MESSAGES = 5_000;

  private final AtomicInteger faults = new AtomicInteger();
  private final RealWorld world =
      RealWorld.builder().loops(1).faultHandler((_, _) -> faults.incrementAndGet()).build();
  private final ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
  private final CountDownLatch delivered = new CountDownLatch(CALLERS * MESSAGES);

  // On the loop.
  private final List<List<Integer>> seen = new ArrayList<>();
  private int strangers;
  private int sinceBatch;

  @AfterEach
  void close() throws InterruptedException {
    threads.shutdownNow();
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    world.close();
  }

  private static final class Thrown extends RuntimeException {
    private static final long serialVersionUID = 1;

    Thrown() {
      super("thrown on purpose", null, false, false);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, 7})
  void keepsEveryCallersOrder(int throwingEvery) throws Exception {
    EventLoop loop = world.loops().getFirst();
    for (int i = 0; i < CALLERS; i++) {
      seen.add(new ArrayList<>());
    }
    Mailbox mailbox = new Mailbox(loop, () -> sinceBatch = 0);
    List<Future<?>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      int caller = i;
      callers.add(
          threads.submit(() -> {
            for (int n = 0; n < MESSAGES; n++) {
              int number = n;
              mailbox.post(() -> deliver(loop, caller, number, throwingEvery));
            }
          }));
    }
    for (Future<?> caller : callers) {
      caller.get(60, TimeUnit.SECONDS);
    }
    assertThat(delivered.await(60, TimeUnit.SECONDS)).isTrue();
    CountDownLatch quiet = new CountDownLatch(1);
    loop.execute(quiet::countDown);
    assertThat(quiet.await(60, TimeUnit.SECONDS)).isTrue();

    List<Integer> inOrder = new ArrayList<>();
    for (int n = 0; n < MESSAGES; n++) {
      inOrder.add(n);
    }
    assertThat(seen).allSatisfy(ofOne -> assertThat(ofOne).isEqualTo(inOrder));
    assertThat(strangers).as("delivered off the loop").isZero();
    assertThat(sinceBatch).as("messages without an end of their batch").isZero();
    assertThat(faults).hasValue(CALLERS * ((MESSAGES - 1) / throwingEvery));
  }

  private void deliver(EventLoop loop, int caller, int number, int throwingEvery) {
    if (!loop.inLoop()) {
      strangers++;
    }
    sinceBatch++;
    seen.get(caller).add(number);
    delivered.countDown();
    if (number > 0 && number % throwingEvery == 0) {
      throw new Thrown();
    }
  }
}
