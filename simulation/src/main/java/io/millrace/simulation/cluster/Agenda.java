package io.millrace.simulation.cluster;

import io.millrace.runtime.virtual.VirtualWorld;
import java.util.PriorityQueue;

/// What a run does to its world from outside, at virtual times: between two steps, never in one.
public final class Agenda {

  private final VirtualWorld world;
  private final PriorityQueue<Item> items = new PriorityQueue<>();
  private long order;

  private record Item(long atNanos, long order, Runnable action) implements Comparable<Item> {
    @Override
    public int compareTo(Item other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  public Agenda(VirtualWorld world) {
    this.world = world;
  }

  public void at(long nanos, Runnable action) {
    items.add(new Item(nanos, order++, action));
  }

  public void after(long nanos, Runnable action) {
    at(world.nanos() + nanos, action);
  }

  /// Lets the world and the agenda run until then.
  public void runUntil(long nanos) {
    Item next;
    while ((next = items.peek()) != null && next.atNanos <= nanos) {
      items.remove();
      world.runFor(Math.max(0, next.atNanos - world.nanos()));
      next.action.run();
    }
    world.runFor(Math.max(0, nanos - world.nanos()));
  }
}
