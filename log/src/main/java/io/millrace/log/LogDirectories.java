package io.millrace.log;

import io.millrace.log.scrub.ScrubTarget;
import io.millrace.log.scrub.Scrubber;
import io.millrace.runtime.DiskFullException;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All log directories of a node: their locks and identities, the logs in them, the checkpoint
/// files, and the duties in the background (flush, checkpoints, retention, deletion).
///
/// Life: [#open] takes the locks and reads every `meta.properties`, which must be there; [#load]
/// opens the logs, when the metadata says which belong here; [#start] begins the duties; [#close]
/// leaves the directories clean.
///
/// A monitor over the table of logs; the logs themselves are used under their owners' guards.
/// Methods that say "blocks" belong on workers or on a loop that may block.
public final class LogDirectories {

  private static final Logger LOG = LoggerFactory.getLogger(LogDirectories.class);

  private final World world;
  private final LogDirectoriesConfig config;
  private final LogDirectoryListener listener;
  private final List<LogDirectory> directories;
  private final List<AutoCloseable> locks;
  private final long unbrokenBrokerEpoch;
  private final BootNotes notes;
  private final DirectoryCheckpoints checkpoints;
  private final FolderRemoval removal;
  private final FutureLogs futures;
  private final FlushQueue flushes;
  private final DirectoryDuties duties;
  private final Scrubber scrubber;

  private final Object guard = new Object();
  private final Map<TopicPartition, Entry> entries = new LinkedHashMap<>();
  private final Map<LogDirectory, Set<Entry>> entriesByDirectory = new LinkedHashMap<>();
  private final Map<TopicPartition, LogDirectory> preferred = new LinkedHashMap<>();
  private List<LogDirectory> cordoned = List.of();

  /// A log and who guards it.
  static final class Entry {
    final HostedLog hosted;
    volatile @Nullable LogOwner owner;

    /// Held while files are synced or the folder is renamed; taken before the log's guard.
    final Object upkeep = new Object();

    /// Under [#upkeep]: the folder is no longer this log's.
    boolean gone;

    Entry(HostedLog hosted) {
      this.hosted = hosted;
    }
  }

  private LogDirectories(
      World world,
      LogDirectoriesConfig config,
      LogDirectoryListener listener,
      List<LogDirectory> directories,
      List<AutoCloseable> locks,
      long unbrokenBrokerEpoch)
      throws IOException {
    this.world = world;
    this.config = config;
    this.listener = listener;
    this.directories = List.copyOf(directories);
    this.locks = locks;
    this.unbrokenBrokerEpoch = unbrokenBrokerEpoch;
    this.notes = new BootNotes(world.disk(), this.directories);
    this.checkpoints = new DirectoryCheckpoints(world.disk(), this);
    this.removal = new FolderRemoval(world, this::fail);
    this.futures = new FutureLogs(world.disk(), this, removal);
    this.flushes = new FlushQueue(world.workers(), this);
    this.duties = new DirectoryDuties(world, config, this, checkpoints, removal);
    this.scrubber =
        new Scrubber(
            world,
            config.scrub(),
            () -> entries().stream().map(LogDirectories::target).filter(Objects::nonNull).toList(),
            partition -> target(entry(partition)),
            (target, cause) -> fail(target.hosted().directory(), cause));
  }

  /// Takes the lock of every directory and reads its identity. A directory that cannot be used
  /// starts offline, unless none is left. Blocks.
  ///
  /// @throws IOException when every directory failed, or one is locked by another process
  public static LogDirectories open(
      World world, LogDirectoriesConfig config, LogDirectoryListener listener) throws IOException {
    List<LogDirectory> directories = new ArrayList<>();
    List<AutoCloseable> locks = new ArrayList<>();
    List<Path> usable = new ArrayList<>();
    IOException last = null;
    for (Path path : config.logDirs()) {
      LogDirectory directory;
      try {
        directory = new LogDirectory(path, DirectoryIdentity.read(world.disk(), path));
        usable.add(path);
      } catch (IOException e) {
        LOG.error("log directory {} cannot be used", path, e);
        last = e;
        directory = new LogDirectory(path, Uuid.ZERO_UUID);
        directory.takeOffline();
      }
      directories.add(directory);
    }
    if (usable.isEmpty()) {
      throw new IOException("no usable directory in log.dirs " + config.logDirs(), last);
    }
    try {
      for (Path path : usable) {
        locks.add(world.disk().lock(path.resolve(".lock")));
      }
    } catch (IOException e) {
      release(locks);
      throw e;
    }
    long epoch = BootNotes.unbrokenEpoch(world.disk(), usable);
    return new LogDirectories(world, config, listener, directories, locks, epoch);
  }

  private static void release(List<AutoCloseable> locks) {
    for (AutoCloseable lock : locks) {
      try {
        lock.close();
      } catch (Exception e) {
        LOG.warn("a directory lock cannot be given back", e);
      }
    }
    locks.clear();
  }

  /// In the order of `log.dirs`; those that could not be read have a zero id.
  public List<LogDirectory> directories() {
    return directories;
  }

  /// The online directory with this id, or null.
  public @Nullable LogDirectory directory(Uuid id) {
    for (LogDirectory directory : directories) {
      if (directory.id().equals(id) && directory.isOnline()) {
        return directory;
      }
    }
    return null;
  }

  /// The directory with this absolute path, or null.
  public @Nullable LogDirectory directory(String path) {
    for (LogDirectory directory : directories) {
      if (directory.path().toAbsolutePath().toString().equals(path)) {
        return directory;
      }
    }
    return null;
  }

  /// The epoch of the broker that used these directories before and lost nothing of what it
  /// promised: it was shut down cleanly, or killed while the machine ran on, or it synced
  /// everything before it acknowledged; -1 when a directory tells none of it, or they differ.
  public long unbrokenBrokerEpoch() {
    return unbrokenBrokerEpoch;
  }

  /// The broker is registered under this epoch, and all logs are open: should it be killed, the
  /// next start can tell the controller that nothing was lost. An epoch below one that was told
  /// before is passed over. Blocks.
  public void noteBrokerEpoch(long epoch) {
    notes.onRegistered(epoch);
  }

  /// What the start has found damaged of a log is repaired ([LogReports#mended]). Blocks.
  public void mended(Path log) {
    for (LogDirectory directory : directories) {
      if (directory.path().equals(log.getParent())) {
        notes.onMended(directory, log);
      }
    }
  }

  BootNotes notes() {
    return notes;
  }

  /// Logs are going to be written with these settings; to be called before they are. Blocks where
  /// they are the first that do not sync before they acknowledge.
  ///
  /// @throws IOException when the next start could not be told of it
  public void admit(LogConfig logConfig) throws IOException {
    notes.admit(logConfig);
  }

  /// What logs report to be written into the checkpoints at once. For [LogEnvironment]s of logs
  /// that live here.
  public void lowerRecoveryPoint(PartitionLog log) throws IOException {
    checkpoints.lowerRecoveryPoint(log);
  }

  /// Opens every log found, several at a time on workers, then calls `done` on `loop`: with the
  /// logs, or with what went wrong. Folders that `verdict` does not want are renamed to `-stray`.
  /// The markers of a clean shutdown are removed before the first log is opened.
  public void load(
      LogEnvironment environment,
      Function<String, LogConfig> configOfTopic,
      Verdict verdict,
      EventLoop loop,
      BiConsumer<List<HostedLog>, @Nullable IOException> done) {
    new DirectoryLoad(world, config, this, environment, configOfTopic, verdict, removal)
        .run(loop, done);
  }

  /// Whether a folder found on disk belongs here.
  @FunctionalInterface
  public interface Verdict {
    boolean belongsHere(TopicPartition partition, Uuid topicId, LogDirectory directory);
  }

  void add(HostedLog hosted) {
    Entry entry = new Entry(hosted);
    synchronized (guard) {
      entries.put(hosted.partition(), entry);
      in(hosted.directory()).add(entry);
    }
  }

  /// Another log takes the place of one, with the same owner.
  void replace(Entry before, HostedLog now) {
    Entry entry = new Entry(now);
    entry.owner = before.owner;
    synchronized (guard) {
      in(before.hosted.directory()).remove(before);
      entries.put(now.partition(), entry);
      in(now.directory()).add(entry);
    }
  }

  /// Takes a log out of the table; null when it is not there.
  private @Nullable Entry remove(TopicPartition partition) {
    synchronized (guard) {
      Entry entry = entries.remove(partition);
      if (entry != null) {
        in(entry.hosted.directory()).remove(entry);
      }
      return entry;
    }
  }

  /// Under the guard.
  private Set<Entry> in(LogDirectory directory) {
    return entriesByDirectory.computeIfAbsent(directory, d -> new LinkedHashSet<>());
  }

  DirectoryCheckpoints checkpoints() {
    return checkpoints;
  }

  /// The log of a partition, or null.
  public @Nullable HostedLog log(TopicPartition partition) {
    Entry entry = entry(partition);
    return entry == null ? null : entry.hosted;
  }

  @Nullable Entry entry(TopicPartition partition) {
    synchronized (guard) {
      return entries.get(partition);
    }
  }

  public List<HostedLog> logs() {
    return entries().stream().map(entry -> entry.hosted).toList();
  }

  List<Entry> entries() {
    synchronized (guard) {
      return new ArrayList<>(entries.values());
    }
  }

  List<Entry> entriesIn(LogDirectory directory) {
    synchronized (guard) {
      return new ArrayList<>(in(directory));
    }
  }

  /// The copies of logs that are under way between directories.
  public FutureLogs futures() {
    return futures;
  }

  /// These directories get no new replicas as long as there are others (`cordoned.log.dirs`).
  public void cordon(List<LogDirectory> now) {
    synchronized (guard) {
      cordoned = List.copyOf(now);
    }
  }

  public boolean isCordoned(LogDirectory directory) {
    synchronized (guard) {
      return cordoned.contains(directory);
    }
  }

  /// Where the replica is to go, should it be created here.
  public void prefer(TopicPartition partition, LogDirectory directory) {
    synchronized (guard) {
      preferred.put(partition, directory);
    }
  }

  /// The online directory that a new replica should go to: the one that was asked for, or of those
  /// that are not cordoned the one with the fewest logs; a cordoned one where there is no other.
  public LogDirectory directoryForNewLog(TopicPartition partition) throws IOException {
    LogDirectory best = null;
    long fewest = Long.MAX_VALUE;
    synchronized (guard) {
      LogDirectory wanted = preferred.remove(partition);
      if (wanted != null && wanted.isOnline()) {
        return wanted;
      }
      for (LogDirectory directory : directories) {
        long logs = in(directory).size() + (cordoned.contains(directory) ? 1L << 40 : 0);
        if (directory.isOnline() && logs < fewest) {
          best = directory;
          fewest = logs;
        }
      }
    }
    if (best == null) {
      throw new IOException("no log directory is online");
    }
    return best;
  }

  /// Creates the folder and files of a new replica, or gives the log that is there. Blocks (a few
  /// system calls).
  public HostedLog create(
      LogEnvironment environment,
      TopicPartition partition,
      Uuid topicId,
      LogDirectory directory,
      LogConfig logConfig)
      throws IOException {
    HostedLog existing = log(partition);
    if (existing != null) {
      return existing;
    }
    admit(logConfig);
    PartitionLog log =
        PartitionLog.open(
            environment,
            directory.path().resolve(partition.toString()),
            logConfig,
            LogOpenState.unknown(topicId));
    HostedLog hosted = new HostedLog(partition, topicId, directory, log);
    // One of the same name may have been deleted a moment ago.
    checkpoints.lowerRecoveryPoint(log);
    add(hosted);
    return hosted;
  }

  /// Takes the log out at once: the folder is renamed to `-delete` and removed after
  /// `file.delete.delay.ms`. Blocks (a few system calls, and a sync of the log that is under way).
  /// The caller has stopped using the log and does not hold its guard.
  public void delete(TopicPartition partition) throws IOException {
    Entry entry = remove(partition);
    if (entry == null) {
      return;
    }
    PartitionLog log = entry.hosted.log();
    synchronized (entry.upkeep) {
      entry.gone = true;
      log.abandon();
      removal.removeFolder(
          entry.hosted.directory(), log.dir(), partition, log.config().fileDeleteDelayMs());
    }
    checkpoints.forgetLogStart(entry.hosted.directory(), partition);
  }

  /// Makes the starts of all logs of a directory durable, in `log-start-offset-checkpoint`. Blocks;
  /// the caller holds no log's guard.
  public void storeLogStarts(LogDirectory directory) throws IOException {
    checkpoints.writeLogStarts(directory);
  }

  /// Tells through whom the background duties reach the log. A log without an owner is left alone.
  public void attach(TopicPartition partition, LogOwner owner) {
    Entry entry = entry(partition);
    if (entry != null) {
      entry.owner = owner;
    }
  }

  /// The high watermark of a loaded log as of `replication-offset-checkpoint`, 0 when it has none.
  public long checkpointedHighWatermark(TopicPartition partition) {
    HostedLog hosted = log(partition);
    return hosted == null ? 0 : checkpoints.highWatermarkAtLoad(hosted.directory(), partition);
  }

  /// Asks for a flush of this log (`flush.messages` reached). Many requests while one sync runs
  /// become one next sync; [LogOwner#onFlushed] tells when. Any thread; does not wait.
  public void requestFlush(TopicPartition partition) {
    flushes.request(partition);
  }

  /// A step on the files of one log.
  @FunctionalInterface
  public interface DiskStep {
    void run() throws IOException;
  }

  /// Runs a step that rewrites a log's files while nobody syncs or renames them; does nothing when
  /// the log has left. Blocks. The caller keeps everybody else from the log and does not hold its
  /// guard.
  public void maintain(TopicPartition partition, DiskStep step) throws IOException {
    Entry entry = entry(partition);
    if (entry == null) {
      return;
    }
    synchronized (entry.upkeep) {
      if (!entry.gone) {
        step.run();
      }
    }
  }

  /// Takes a directory offline after an I/O error: listeners are told, then its logs are let go. A
  /// full disk is no such error: readers go on, and writers when there is room again.
  public void fail(LogDirectory directory, IOException cause) {
    if (cause instanceof DiskFullException) {
      LOG.warn("{} is full: {}", directory.path(), cause.getMessage());
      return;
    }
    takeOffline(directory, cause);
  }

  /// [#fail], whatever the cause: its logs could not be opened.
  void takeOffline(LogDirectory directory, IOException cause) {
    synchronized (guard) {
      if (!directory.isOnline()) {
        return;
      }
      directory.takeOffline();
    }
    world.workers().execute(() -> notes.onFailed(directory));
    listener.onOffline(directory, cause);
    for (Entry entry : entriesIn(directory)) {
      remove(entry.hosted.partition());
      entry.hosted.log().abandon();
    }
  }

  private static @Nullable ScrubTarget target(@Nullable Entry entry) {
    if (entry == null) {
      return null;
    }
    LogOwner owner = entry.owner;
    return owner == null ? null : new ScrubTarget(entry.hosted, owner);
  }

  /// Reads all that is stored again, now and then.
  public Scrubber scrubber() {
    return scrubber;
  }

  /// Somebody could not use what the log in this folder has at `offset`. Any thread, also under a
  /// guard.
  public void suspect(Path folder, long offset) {
    TopicPartition partition = DirectoryLoad.partitionOf(String.valueOf(folder.getFileName()));
    if (partition != null) {
      scrubber.suspect(partition, offset);
    }
  }

  /// Begins the background duties, timed on `loop`, done on workers.
  public void start(EventLoop loop) {
    duties.start(loop);
    scrubber.start(loop);
  }

  /// Stops the duties, flushes and closes every log, writes the checkpoints and last the marker of
  /// a clean shutdown, and gives the locks back. Runs on workers; calls `done` on `loop`.
  public void close(long brokerEpoch, EventLoop loop, Consumer<@Nullable IOException> done) {
    duties.stop();
    scrubber.stop();
    new DirectoryClose(world, config, this, checkpoints)
        .run(
            brokerEpoch,
            failure -> {
              release(locks);
              loop.execute(() -> done.accept(failure));
            });
  }
}
