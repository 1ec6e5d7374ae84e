package io.millrace.log.scrub;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Scrubs all logs of a node in turn, and at once what somebody suspects.
///
/// ```
///  WAITING  --the interval is over-->  PASSING   one piece a time, at no more than the rate
///  PASSING  --all logs done-->         WAITING
///  any      --something suspected-->   that comes first
/// ```
///
/// A pass begins with a log drawn at random: else a node that is restarted more often than a pass
/// takes would never come to the last ones. Timed on one loop, done on workers, one piece at a
/// time.
public final class Scrubber {

  private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);

  /// A node that has just started has better things to do.
  private static final long FIRST_PASS_MS = 3_600_000;

  private static final int PIECE_BYTES = 1 << 20;

  /// What lies behind a suspected offset and is looked at, too.
  private static final int SUSPECTED_BYTES = 8 << 20;

  private static final int MOST_SUSPECTED = 1_000;

  private final World world;
  private final ScrubSettings settings;
  private final Supplier<List<ScrubTarget>> targets;
  private final Function<TopicPartition, @Nullable ScrubTarget> targetOf;
  private final BiConsumer<ScrubTarget, IOException> onFailure;
  private final ScrubFigures figures = new ScrubFigures();
  private volatile ScrubListener listener = (_, _) -> {};
  private volatile @Nullable EventLoop loop;
  private volatile boolean stopped;

  // On the loop.
  private final Deque<Suspicion> suspected = new ArrayDeque<>();
  private final Deque<ScrubTarget> left = new ArrayDeque<>();
  private @Nullable LogScrub underWay;
  private @Nullable ScrubTarget target;
  private boolean passing;
  private boolean busy;
  private long passBeganNanos;

  private record Suspicion(TopicPartition partition, long offset) {}

  /// @param targets all logs that somebody owns
  /// @param targetOf the log of a partition, null when there is none
  /// @param onFailure a disk did not answer
  public Scrubber(
      World world,
      ScrubSettings settings,
      Supplier<List<ScrubTarget>> targets,
      Function<TopicPartition, @Nullable ScrubTarget> targetOf,
      BiConsumer<ScrubTarget, IOException> onFailure) {
    this.world = world;
    this.settings = settings;
    this.targets = targets;
    this.targetOf = targetOf;
    this.onFailure = onFailure;
  }

  public ScrubFigures figures() {
    return figures;
  }

  /// Who hears of what is found. Before [#start].
  public void listen(ScrubListener told) {
    listener = told;
  }

  /// Begins to count the time to the first pass.
  public void start(EventLoop on) {
    loop = on;
    if (settings.intervalMs() > 0) {
      on.schedule(Math.min(FIRST_PASS_MS, settings.intervalMs()) * 1_000_000L, () -> beginPass(on));
    }
  }

  public void stop() {
    stopped = true;
  }

  /// Somebody could not use what lies at `offset`: it is looked at now. Any thread, also under a
  /// guard.
  public void suspect(TopicPartition partition, long offset) {
    EventLoop on = loop;
    if (on != null && !stopped) {
      on.execute(() -> {
        Suspicion news = new Suspicion(partition, offset);
        if (suspected.size() < MOST_SUSPECTED && !suspected.contains(news)) {
          suspected.add(news);
          proceed(on);
        }
      });
    }
  }

  private void beginPass(EventLoop on) {
    passing = true;
    passBeganNanos = world.clock().nanos();
    List<ScrubTarget> all = new ArrayList<>(targets.get());
    int first = all.isEmpty() ? 0 : world.entropy().stream("scrub").nextInt(all.size());
    left.addAll(all.subList(first, all.size()));
    left.addAll(all.subList(0, first));
    proceed(on);
  }

  private void proceed(EventLoop on) {
    if (stopped || busy) {
      return;
    }
    for (Suspicion one = suspected.poll(); one != null; one = suspected.poll()) {
      ScrubTarget of = targetOf.apply(one.partition());
      if (of != null) {
        begin(on, LogScrub.suspected(of, one.offset(), figures, listener), of, true);
        return;
      }
    }
    if (underWay == null && (target = left.poll()) != null) {
      underWay = LogScrub.whole(target, figures, listener);
    }
    LogScrub next = underWay;
    ScrubTarget of = target;
    if (next != null && of != null) {
      begin(on, next, of, false);
    } else if (passing) {
      endPass(on);
    }
  }

  private void begin(EventLoop on, LogScrub scrub, ScrubTarget log, boolean urgent) {
    busy = true;
    world.workers().execute(() -> run(on, scrub, log, urgent));
  }

  private void run(EventLoop on, LogScrub scrub, ScrubTarget log, boolean urgent) {
    int read = -1;
    try {
      read = scrub.step(urgent ? SUSPECTED_BYTES : PIECE_BYTES);
    } catch (IOException e) {
      onFailure.accept(log, e);
    }
    int piece = Math.max(0, read);
    boolean over = read < 0;
    on.execute(() -> {
      if (over && !urgent) {
        underWay = null;
      }
      on.schedule(
          piece * 1_000_000_000L / settings.bytesPerSecond(),
          () -> {
            busy = false;
            proceed(on);
          });
    });
  }

  private void endPass(EventLoop on) {
    passing = false;
    figures.onPass();
    long tookNanos = world.clock().nanos() - passBeganNanos;
    LOG.debug("all logs are scrubbed, in {} s", tookNanos / 1_000_000_000L);
    long due = settings.intervalMs() * 1_000_000L - tookNanos;
    on.schedule(
        Math.max(due, 1_000_000L),
        () -> {
          if (!stopped) {
            beginPass(on);
          }
        });
  }
}
