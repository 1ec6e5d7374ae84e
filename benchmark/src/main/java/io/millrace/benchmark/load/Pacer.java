package io.millrace.benchmark.load;

import io.millrace.benchmark.wire.ProduceFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Sends requests when they are due, on a thread of its own, however late the answers are. Each
/// batch is stamped with the time when it was due, not when it left: what a slow broker delays
/// counts against the broker.
final class Pacer implements Runnable {
  private static final long RETRY_NANOS = 20_000;

  private final SocketChannel channel;
  private final ProduceFrame frame;
  private final int partitions;
  private final Schedule schedule;
  private volatile @Nullable IOException failure;

  /// Request `k` is due at `startNanos + k * intervalNanos`.
  record Schedule(long startNanos, double intervalNanos, long requests) {
    long due(long request) {
      return startNanos + (long) (request * intervalNanos);
    }
  }

  Pacer(SocketChannel channel, ProduceFrame frame, int partitions, Schedule schedule) {
    this.channel = channel;
    this.frame = frame;
    this.partitions = partitions;
    this.schedule = schedule;
  }

  /// Why it ended early; null while all is well.
  @Nullable IOException failure() {
    return failure;
  }

  @Override
  public void run() {
    TimerSlack.none();
    try {
      for (long k = 0; k < schedule.requests() && !Thread.interrupted(); k++) {
        long due = schedule.due(k);
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
          LockSupport.parkNanos(wait);
        }
        frame.stamp(due);
        ByteBuffer bytes = frame.next((int) k, (int) (k % partitions));
        while (bytes.hasRemaining()) {
          if (channel.write(bytes) == 0) {
            LockSupport.parkNanos(RETRY_NANOS);
          }
        }
      }
    } catch (IOException e) {
      failure = e;
    }
  }
}
