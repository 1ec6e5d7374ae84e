package io.millrace.log;

import io.millrace.log.format.MalformedFileException;
import io.millrace.log.format.PartitionMetadata;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens all logs of a node, `num.recovery.threads.per.data.dir` at a time in each directory. Used
/// once. A directory in which a log cannot be opened goes offline; the others go on.
final class DirectoryLoad {

  private static final Logger LOG = LoggerFactory.getLogger(DirectoryLoad.class);

  private final World world;
  private final LogDirectoriesConfig config;
  private final LogDirectories owner;
  private final LogEnvironment environment;
  private final Function<String, LogConfig> configOfTopic;
  private final LogDirectories.Verdict verdict;
  private final FolderRemoval removal;

  private final Object guard = new Object();
  private final List<HostedLog> loaded = new ArrayList<>();

  /// By topic: thousands of logs share one.
  private final Map<String, LogConfig> configs = new LinkedHashMap<>();

  private int running;

  DirectoryLoad(
      World world,
      LogDirectoriesConfig config,
      LogDirectories owner,
      LogEnvironment environment,
      Function<String, LogConfig> configOfTopic,
      LogDirectories.Verdict verdict,
      FolderRemoval removal) {
    this.world = world;
    this.config = config;
    this.owner = owner;
    this.environment = environment;
    this.configOfTopic = configOfTopic;
    this.verdict = verdict;
    this.removal = removal;
  }

  void run(EventLoop loop, BiConsumer<List<HostedLog>, @Nullable IOException> done) {
    List<LogDirectory> online =
        owner.directories().stream().filter(LogDirectory::isOnline).toList();
    synchronized (guard) {
      running = online.size();
    }
    for (LogDirectory directory : online) {
      world.workers().execute(() -> begin(directory, loop, done));
    }
  }

  private void begin(
      LogDirectory directory,
      EventLoop loop,
      BiConsumer<List<HostedLog>, @Nullable IOException> done) {
    ArrayDeque<Folder> folders = new ArrayDeque<>();
    try {
      LastStop lastStop = LastStop.of(world.disk(), directory.path());
      if (lastStop == LastStop.CLEAN) {
        CleanShutdown.unmark(world.disk(), directory.path());
      }
      owner.checkpoints().read(directory);
      for (String name : world.disk().list(directory.path())) {
        Folder folder = folder(directory, name, lastStop);
        if (folder != null) {
          folders.add(folder);
        }
      }
      if (lastStop != LastStop.CLEAN && !folders.isEmpty()) {
        LOG.info(
            "{} was not closed: {}",
            directory.path(),
            lastStop == LastStop.KILLED
                ? "the machine has run on since, so all that was written is there"
                : "what was not known to be durable is checked");
      }
    } catch (IOException e) {
      owner.takeOffline(directory, e);
    }
    int runners = Math.max(1, Math.min(config.recoveryThreadsPerDir(), folders.size()));
    boolean empty = folders.isEmpty();
    AtomicInteger busy = new AtomicInteger(runners);
    synchronized (guard) {
      running += runners - 1;
    }
    for (int i = 0; i < runners; i++) {
      world
          .workers()
          .execute(() -> {
            drain(directory, folders);
            boolean last = busy.decrementAndGet() == 0;
            if (last && !empty) {
              // Before anybody uses the logs.
              writeMissingPoints(directory);
            }
            ended(loop, done);
            if (last) {
              writeMissingPoints(directory);
              noteBoot(directory);
            }
          });
    }
  }

  /// A folder to open.
  private record Folder(Path path, TopicPartition partition, Uuid topicId, LastStop lastStop) {}

  private @Nullable Folder folder(LogDirectory directory, String name, LastStop lastStop)
      throws IOException {
    Path path = directory.path().resolve(name);
    if (!world.disk().isDirectory(path) || name.startsWith(".")) {
      return null;
    }
    if (name.endsWith(FolderRemoval.DELETE_SUFFIX)) {
      removal.removeNow(directory, path);
      return null;
    }
    TopicPartition copied = FutureLogs.partitionOf(name);
    if (copied != null) {
      owner.futures().found(new FutureLogs.Found(copied, topicId(path), directory, path));
      return null;
    }
    TopicPartition partition = partitionOf(name);
    if (partition == null || partition.topic().equals(Topic.CLUSTER_METADATA_TOPIC_NAME)) {
      if (partition == null && !name.endsWith(FolderRemoval.STRAY_SUFFIX)) {
        LOG.warn("{} is not the folder of a partition: left alone", path);
      }
      return null;
    }
    Uuid topicId = topicId(path);
    if (!verdict.belongsHere(partition, topicId, directory)) {
      removal.markStray(directory, path, partition);
      return null;
    }
    return new Folder(path, partition, topicId, lastStop);
  }

  private Uuid topicId(Path path) throws IOException {
    try {
      return PartitionMetadata.read(world.disk(), path);
    } catch (MalformedFileException e) {
      LOG.warn("{}: the topic id cannot be read, the folder's name decides", path, e);
      return Uuid.ZERO_UUID;
    }
  }

  /// Null when the name is not topic and partition.
  static @Nullable TopicPartition partitionOf(String name) {
    int dash = name.lastIndexOf('-');
    if (dash <= 0 || dash == name.length() - 1) {
      return null;
    }
    String digits = name.substring(dash + 1);
    if (digits.length() > 9 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return null;
    }
    String topic = name.substring(0, dash);
    return Topic.isValid(topic) ? new TopicPartition(topic, Integer.parseInt(digits)) : null;
  }

  /// The name of a folder on its way out: `topic-partition.uniqueId-suffix`, at most 255 long.
  static String markedName(TopicPartition partition, java.util.UUID unique, String suffix) {
    String id = unique.toString().replace("-", "");
    String tail = "-" + partition.partition() + "." + id + suffix;
    int room = 255 - tail.length();
    String topic = partition.topic();
    return (topic.length() > room ? topic.substring(0, room) : topic) + tail;
  }

  private void drain(LogDirectory directory, ArrayDeque<Folder> folders) {
    for (Folder folder = next(folders); folder != null; folder = next(folders)) {
      if (directory.isOnline()) {
        open(directory, folder);
      }
    }
  }

  private void ended(EventLoop loop, BiConsumer<List<HostedLog>, @Nullable IOException> done) {
    List<HostedLog> all;
    synchronized (guard) {
      if (--running > 0) {
        return;
      }
      all = List.copyOf(loaded);
    }
    owner.notes().onLoaded(all);
    loop.execute(() -> done.accept(all, null));
  }

  /// As long as there are none, nobody knows what is durable.
  private void writeMissingPoints(LogDirectory directory) {
    if (directory.isOnline()) {
      try {
        owner.checkpoints().writeMissing(directory);
      } catch (IOException e) {
        owner.takeOffline(directory, e);
      }
    }
  }

  /// Every log of the directory is open. Rot has to be found again by the next start, which only
  /// checksums do.
  private void noteBoot(LogDirectory directory) {
    List<PartitionLog> logs;
    synchronized (guard) {
      logs =
          loaded.stream()
              .filter(hosted -> hosted.directory() == directory)
              .map(HostedLog::log)
              .toList();
    }
    owner.notes().onOpened(directory, logs);
  }

  private @Nullable Folder next(ArrayDeque<Folder> folders) {
    synchronized (guard) {
      return folders.poll();
    }
  }

  private LogConfig config(String topic) {
    synchronized (guard) {
      return configs.computeIfAbsent(topic, configOfTopic);
    }
  }

  private void open(LogDirectory directory, Folder folder) {
    TopicPartition partition = folder.partition();
    LogOpenState state =
        new LogOpenState(
            owner.checkpoints().logStartAtLoad(directory, partition),
            owner.checkpoints().recoveryPointAtLoad(directory, partition),
            folder.lastStop(),
            folder.topicId(),
            !folder.topicId().equals(Uuid.ZERO_UUID));
    try {
      PartitionLog log =
          PartitionLog.open(environment, folder.path(), config(partition.topic()), state);
      // What recovery has seen decided below it is stable: nothing later may tell the log so.
      log.producers()
          .onHighWatermark(owner.checkpoints().highWatermarkAtLoad(directory, partition));
      HostedLog hosted = new HostedLog(partition, folder.topicId(), directory, log);
      HostedLog twin = owner.log(partition);
      if (twin != null) {
        log.abandon();
        throw new IOException(
            partition + " lies in " + twin.log().dir() + " and in " + folder.path());
      }
      owner.add(hosted);
      synchronized (guard) {
        loaded.add(hosted);
      }
    } catch (IOException e) {
      owner.takeOffline(directory, e);
    }
  }
}
