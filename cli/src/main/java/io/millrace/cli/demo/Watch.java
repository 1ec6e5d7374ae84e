package io.millrace.cli.demo;

import io.millrace.cli.Console;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// Looks at the topic all the time and shows it: who leads, who is in sync, what was placed and
/// arrived, how long the gap is. On a terminal one line that is redrawn; elsewhere a line for every
/// change of leaders or replicas.
final class Watch implements Runnable {
  private static final int INTERVAL_MS = 50;

  private final Console console;
  private final DemoTopic topic;
  private final OrderLedger ledger;
  private final AckGaps gaps;
  private final long startNanos = System.nanoTime();
  private volatile List<DemoTopic.State> latest = List.of();
  private volatile boolean closing;

  Watch(Console console, DemoTopic topic, OrderLedger ledger, AckGaps gaps) {
    this.console = console;
    this.topic = topic;
    this.ledger = ledger;
    this.gaps = gaps;
  }

  @Override
  public void run() {
    try {
      while (!closing) {
        topic.state().ifPresent(this::show);
        TimeUnit.MILLISECONDS.sleep(INTERVAL_MS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void show(List<DemoTopic.State> now) {
    boolean changed = !now.equals(latest);
    latest = now;
    if (console.terminal()) {
      console.err().print("\r\033[K" + line(now));
      console.err().flush();
    } else if (changed) {
      console.note(line(now));
    }
  }

  private String line(List<DemoTopic.State> now) {
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "%6.1f s ", (System.nanoTime() - startNanos) / 1e9));
    long[] millis = gaps.millis(System.nanoTime());
    for (int i = 0; i < now.size(); i++) {
      DemoTopic.State state = now.get(i);
      line.append(
          String.format(
              Locale.ROOT,
              " P%d leader %s isr %s gap %d ms |",
              i,
              state.leader() < 0 ? "-" : state.leader(),
              state.isr(),
              millis[i]));
    }
    return line.append(" acked ")
        .append(ledger.acknowledged())
        .append(" arrived ")
        .append(ledger.arrived())
        .toString();
  }

  /// A line of the story.
  synchronized void say(String text) {
    if (console.terminal()) {
      console.err().print("\r\033[K");
      console.err().flush();
    }
    console.note(text);
  }

  /// What was seen last, by partition; empty before the first look.
  List<DemoTopic.State> latest() {
    return latest;
  }

  void close() {
    closing = true;
  }
}
