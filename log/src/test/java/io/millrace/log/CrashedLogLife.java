package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.segment.RottenRange;
import io.millrace.runtime.virtual.Crash;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.Record;

/// Many lives of one log on a disk that forgets: in each it appends, flushes, cuts, retains, rolls,
/// and at some disk operation it is killed or loses power. After each crash the log must be a
/// prefix of what was written, and hold everything that was promised.
///
/// What a real node keeps in checkpoint files is kept here as it was when it was last "written".
final class CrashedLogLife {

  private static final Path PARENT = Path.of("/data");
  private static final Path DIR = PARENT.resolve("orders-0");
  private static final int MAX_OPERATIONS = 400;

  private final long seed;
  private final Random random;
  private final VirtualWorld world;
  private final LogConfig config;

  /// Whether the log is one that syncs before it acknowledges.
  private final boolean syncsFirst;

  private final LogFixture.Reports reports = new LogFixture.Reports();

  /// Sequence number of what was stored at each offset: model of the log.
  private final List<Long> model = new ArrayList<>();

  private long nextValue;
  private int nextSequence;
  private long storedPoint;
  private long storedStart;

  /// What must be there after a power failure, and after a kill.
  private long durable;

  private long written;

  /// Producer sequence that each log end goes with.
  private final Map<Long, Integer> sequences = new LinkedHashMap<>(Map.of(0L, 0));

  CrashedLogLife(long seed) {
    this.seed = seed;
    this.random = new Random(seed);
    this.syncsFirst = random.nextBoolean();
    this.world = VirtualWorld.builder(seed).epochMs(StagedWorld.START_MS).build();
    this.config =
        LogConfig.DEFAULTS
            .with("segment.bytes", 40_000 + random.nextInt(60_000))
            .with("index.interval.bytes", random.nextInt(3_000))
            .with("retention.bytes", random.nextBoolean() ? -1 : 150_000)
            .with("retention.ms", -1)
            .with("cleanup.policy", seed % 3 == 0 ? "compact" : "delete")
            .with("flush.messages", syncsFirst ? 1 : Long.MAX_VALUE);
  }

  void run(int lives) {
    for (int life = 0; life < lives; life++) {
      VirtualNode node = world.node("n");
      boolean[] ended = new boolean[1];
      node.loops()
          .getFirst()
          .execute(() -> {
            try {
              live(node);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            ended[0] = true;
          });
      try {
        world.runUntil(() -> ended[0] || !node.alive(), 60_000_000_000L);
      } catch (AssertionError e) {
        if (e.getCause() instanceof OutOfOrderTail) {
          return;
        }
        throw e;
      }
      // A sync counts from when it returns, and the step that made it takes its time.
      world.runFor(10_000_000_000L);
      if (ended[0]) {
        crash(node);
      }
      if (crashKind == Crash.POWER) {
        written = Math.min(written, durable);
      }
    }
  }

  /// The device kept later pages of what was never synced, and lost earlier ones: recovery cannot
  /// tell that from rot, so it reports the range and refuses the log rather than cut what may have
  /// been promised. Nothing durable is in the range; this log's life ends here.
  private static final class OutOfOrderTail extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /// The node ends between two steps.
  private void crash(VirtualNode node) {
    if (random.nextBoolean()) {
      crashKind = Crash.KILL;
      node.kill();
    } else {
      crashKind = Crash.POWER;
      node.powerOff();
    }
  }

  private Crash crashKind = Crash.KILL;
  private boolean clean;

  /// As [BootNote] tells it: the boot in which the log was opened last.
  private String openedInBoot = "";

  private LastStop lastStop(VirtualNode node) {
    if (clean) {
      return LastStop.CLEAN;
    }
    return node.disk().bootId().equals(openedInBoot) ? LastStop.KILLED : LastStop.UNKNOWN;
  }

  private void live(VirtualNode node) throws IOException {
    LastStop lastStop = lastStop(node);
    LogReports here =
        new LogReports() {
          @Override
          public void damaged(Path log, RottenRange range) {
            if (syncsFirst && lastStop == LastStop.UNKNOWN && range.firstOffset() >= durable) {
              throw new OutOfOrderTail();
            }
            throw new AssertionError("seed " + seed + ": " + range);
          }

          @Override
          public void rebuilt(Path file, String reason) {
            reports.rebuilt(file, reason);
          }

          @Override
          public void recoveryPointLowered(PartitionLog log) {
            storedPoint = log.checkpointOffset();
          }
        };
    LogEnvironment environment = new LogEnvironment(node, here, () -> 86_400_000, 4096);
    node.disk().faults().crashAfter(Long.MAX_VALUE, Crash.KILL);
    if (random.nextInt(4) == 0) {
      // A crash during recovery.
      node.disk().faults().crashAfter(1 + random.nextInt(60), pickCrash());
    }
    // As formatting does, which begins again where it was interrupted.
    node.disk().createDirectories(PARENT);
    node.disk().syncDirectory(Path.of("/"));
    LogOpenState stored = new LogOpenState(storedStart, storedPoint, lastStop, id());
    // As the marker of a clean shutdown, which goes before the log is opened.
    clean = false;
    PartitionLog log = PartitionLog.open(environment, DIR, config, stored);
    openedInBoot = node.disk().bootId();
    verify(log);
    node.disk().faults().crashAfter(1 + random.nextInt(MAX_OPERATIONS), pickCrash());
    for (int i = random.nextInt(100); i > 0; i--) {
      act(log);
    }
    if (random.nextInt(3) == 0) {
      log.close();
      storedPoint = log.checkpointOffset();
      storedStart = log.logStartOffset();
      durable = log.logEndOffset();
      clean = true;
    }
  }

  private static Uuid id() {
    return new Uuid(1, 2);
  }

  private Crash pickCrash() {
    crashKind = random.nextBoolean() ? Crash.KILL : Crash.POWER;
    return crashKind;
  }

  private void act(PartitionLog log) throws IOException {
    switch (random.nextInt(20)) {
      case 0, 1 -> flush(log, false);
      case 2 -> flush(log, true);
      case 3 -> log.roll();
      case 4 -> truncate(log);
      case 5 -> retain(log);
      default -> append(log);
    }
  }

  private void append(PartitionLog log) {
    int records = 1 + random.nextInt(8);
    int size = random.nextInt(10) == 0 ? 4000 : 10 + random.nextInt(600);
    ByteBuffer batch = Values.batch(nextValue, records, size, 7, nextSequence);
    long first = log.logEndOffset();
    while (model.size() > first) {
      model.removeLast();
    }
    for (int i = 0; i < records; i++) {
      model.add(nextValue + i);
    }
    sequences.keySet().removeIf(end -> end > first);
    sequences.put(first + records, nextSequence + records);
    nextValue += records;
    AppendOutcome outcome =
        log.appendAsLeader(
            batch, 0, batch.limit(), 1, AppendOrigin.CLIENT, ApiKeys.PRODUCE.latestVersion());
    assertThat(outcome).as("seed %s", seed).isInstanceOf(AppendOutcome.Appended.class);
    nextSequence += records;
    written = log.logEndOffset();
  }

  private void flush(PartitionLog log, boolean full) throws IOException {
    FlushTicket ticket = log.prepareFlush(full);
    ticket.run();
    log.completeFlush(ticket);
    durable = Math.max(durable, log.recoveryPoint());
    if (full) {
      storedPoint = log.checkpointOffset();
      storedStart = log.logStartOffset();
    }
  }

  private void truncate(PartitionLog log) throws IOException {
    long to = Math.max(log.logStartOffset(), log.logEndOffset() - random.nextInt(60));
    durable = Math.min(durable, to - 8);
    written = Math.min(written, to - 8);
    long end = log.truncateTo(to);
    assertThat(end).isBetween(to - 8, to);
    while (model.size() > end) {
      model.removeLast();
    }
    sequences.keySet().removeIf(known -> known > end);
    nextSequence = Objects.requireNonNull(sequences.get(end));
    written = end;
    durable = Math.min(durable, end);
  }

  private void retain(PartitionLog log) throws IOException {
    RetentionResult result = log.applyRetention(StagedWorld.START_MS, log.logEndOffset());
    for (Path file : result.files()) {
      if (random.nextBoolean()) {
        world.node("n").disk().delete(file);
      }
    }
  }

  private void verify(PartitionLog log) {
    long end = log.logEndOffset();
    assertThat(end).as("seed %s after %s", seed, crashKind).isBetween(written, (long) model.size());
    long next = log.logStartOffset();
    while (next < end) {
      LogRead read = log.read(next, 1 << 16, end, true);
      assertThat(read).as("seed %s at %s of %s", seed, next, end).isInstanceOf(LogRead.Data.class);
      for (Record record : LogFixture.records((LogRead.Data) read).records()) {
        if (record.offset() >= next) {
          assertThat(record.offset()).isEqualTo(next);
          assertThat(Values.of(record)).as("seed %s", seed).isEqualTo(model.get((int) next));
          next++;
        }
      }
    }
    while (model.size() > end) {
      model.removeLast();
    }
    assertThat(sequences).as("seed %s", seed).containsKey(end);
    sequences.keySet().removeIf(known -> known > end);
    nextSequence = Objects.requireNonNull(sequences.get(end));
    if (!log.producers().activeProducers().isEmpty()) {
      assertThat(log.producers().activeProducers().getFirst().lastSequence())
          .as("seed %s: producer at %s", seed, end)
          .isEqualTo(nextSequence - 1);
    }
    // A kill keeps the page cache: what is here stays promised for it.
    written = end;
    durable = Math.min(durable, end);
  }
}
