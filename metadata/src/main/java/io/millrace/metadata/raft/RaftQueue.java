package io.millrace.metadata.raft;

import io.millrace.runtime.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.raft.RaftMessage;
import org.apache.kafka.raft.RaftMessageQueue;
import org.jspecify.annotations.Nullable;

/// The queue that `KafkaRaftClient` polls, without waiting: an empty queue answers null at once and
/// remembers how long the client would have waited. A message passes a gate at the moment when the
/// client takes it, since what may be claimed of the quorum depends on the client's state by then.
///
/// State belongs to the loop `raft`; [#add] and [#wakeup] may come from any thread.
final class RaftQueue implements RaftMessageQueue {

  /// What the client gets to see.
  interface Gate {
    /// The message, or another in its place; null where a request has been answered already.
    @Nullable RaftMessage admit(RaftMessage message);
  }

  private final EventLoop loop;
  private final Runnable pump;
  private final Gate gate;
  private final ArrayDeque<RaftMessage> messages = new ArrayDeque<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private long askedTimeoutMs;
  private boolean delivered;

  RaftQueue(EventLoop loop, Runnable pump, Gate gate) {
    this.loop = loop;
    this.pump = pump;
    this.gate = gate;
  }

  @Override
  public @Nullable RaftMessage poll(long timeoutMs) {
    askedTimeoutMs = timeoutMs;
    RaftMessage admitted = null;
    while (admitted == null && !messages.isEmpty()) {
      admitted = gate.admit(messages.poll());
    }
    delivered = admitted != null;
    return admitted;
  }

  @Override
  public void add(RaftMessage message) {
    if (loop.inLoop()) {
      messages.add(message);
      wakeup();
    } else {
      loop.execute(() -> add(message));
    }
  }

  @Override
  public boolean isEmpty() {
    return messages.isEmpty();
  }

  @Override
  public void wakeup() {
    if (woken.compareAndSet(false, true)) {
      loop.execute(pump);
    }
  }

  /// Before each poll of the client.
  void beginPoll() {
    askedTimeoutMs = 0;
    delivered = false;
    woken.set(false);
  }

  /// After it: whether there was a message, or somebody has something for the next poll.
  boolean isBusy() {
    return delivered || !messages.isEmpty() || woken.get();
  }

  /// After it: how long the client wants to rest, 0 when it has to be polled again now. It computes
  /// its timeout before it handles a message, so one that was just handled makes the timeout void.
  long restMs() {
    return isBusy() ? 0 : Math.max(0, askedTimeoutMs);
  }
}
