package io.millrace.runtime.real;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.FaultHandler;
import io.millrace.runtime.Timer;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// One of Netty's loops. Its timers are Netty's: a binary heap whose entries know their place, so
/// that thousands of parked fetches cost a few comparisons each, and a cancelled one leaves at
/// once.
final class NettyLoop implements EventLoop {

  private final io.netty.channel.EventLoop netty;
  private final String name;
  private final FaultHandler faults;
  private final LoopMemory memory = new LoopMemory();

  NettyLoop(io.netty.channel.EventLoop netty, String name, FaultHandler faults) {
    this.netty = netty;
    this.name = name;
    this.faults = faults;
  }

  io.netty.channel.EventLoop netty() {
    return netty;
  }

  LoopMemory memory() {
    return memory;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean inLoop() {
    return netty.inEventLoop();
  }

  @Override
  public void execute(Runnable step) {
    netty.execute(() -> run(step));
  }

  @Override
  public Timer schedule(long delayNanos, Runnable step) {
    ScheduledFuture<?> future =
        netty.schedule(() -> run(step), Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  private void run(Runnable step) {
    try {
      step.run();
    } catch (Throwable fault) {
      fault(fault);
    }
  }

  void fault(Throwable fault) {
    faults.onFault(name, fault);
  }
}
