package io.millrace.log;

import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// Copies of logs that are to replace them, each in a folder `topic-partition.uniqueId-future` of
/// another log directory, as in Kafka (KIP-113).
///
/// A copy is used by one worker at a time until it is promoted. What is on disk decides after a
/// kill:
///
/// ```
///  t-0 in A,            t-0.x-future in B     the copy goes on
///  t-0 in A,            t-0 in B              between the two renames: both hold the same, and the
///                                             one that the metadata does not name is set aside
///  t-0.y-delete in A,   t-0 in B              done; where the metadata names A still, it is told
/// ```
///
/// Methods block.
public final class FutureLogs {

  static final String SUFFIX = "-future";

  /// The longest name of a folder.
  private static final int MAX_NAME = 255;

  private static final int UNIQUE_DIGITS = 32;

  private final Disk disk;
  private final LogDirectories owner;
  private final FolderRemoval removal;

  /// Guarded by itself.
  private final List<Found> found = new ArrayList<>();

  FutureLogs(Disk disk, LogDirectories owner, FolderRemoval removal) {
    this.disk = disk;
    this.owner = owner;
    this.removal = removal;
  }

  /// A copy that an earlier process began.
  public record Found(
      TopicPartition partition, Uuid topicId, LogDirectory directory, Path folder) {}

  /// The partition that a folder is to become; null when its name is no such name.
  static @Nullable TopicPartition partitionOf(String name) {
    int end = name.length() - SUFFIX.length();
    int dot = end - UNIQUE_DIGITS - 1;
    return name.endsWith(SUFFIX) && dot > 0 && name.charAt(dot) == '.'
        ? DirectoryLoad.partitionOf(name.substring(0, dot))
        : null;
  }

  /// Whether the topic's name leaves room for a copy's.
  public static boolean fits(TopicPartition partition) {
    return partition.toString().length() + 1 + UNIQUE_DIGITS + SUFFIX.length() <= MAX_NAME;
  }

  void found(Found copy) {
    synchronized (found) {
      found.add(copy);
    }
  }

  /// The copies that were found by [LogDirectories#load]; the caller answers for them.
  public List<Found> takeFound() {
    synchronized (found) {
      List<Found> all = List.copyOf(found);
      found.clear();
      return all;
    }
  }

  /// Whether a replica has moved away from the directory where the metadata has it, which has not
  /// heard of that yet.
  public boolean hasLeft(Uuid placed, TopicPartition partition) {
    LogDirectory directory = owner.directory(placed);
    return directory != null && !disk.exists(directory.path().resolve(partition.toString()));
  }

  /// Begins a copy.
  public HostedLog create(
      LogEnvironment environment,
      TopicPartition partition,
      Uuid topicId,
      LogDirectory directory,
      LogConfig config)
      throws IOException {
    String name = DirectoryLoad.markedName(partition, environment.world().entropy().uuid(), SUFFIX);
    Found folder = new Found(partition, topicId, directory, directory.path().resolve(name));
    return open(environment, folder, config);
  }

  /// Opens a copy that was found. All of it is walked and checked.
  public HostedLog open(LogEnvironment environment, Found copy, LogConfig config)
      throws IOException {
    PartitionLog log =
        PartitionLog.open(environment, copy.folder(), config, LogOpenState.unknown(copy.topicId()));
    return new HostedLog(copy.partition(), copy.topicId(), copy.directory(), log);
  }

  /// Nobody wants the copy any more.
  public void remove(HostedLog copy) throws IOException {
    copy.log().abandon();
    removal.removeFolder(copy.directory(), copy.log().dir(), copy.partition(), 0);
  }

  /// Nobody wants what was found.
  public void remove(Found copy) {
    removal.removeNow(copy.directory(), copy.folder());
  }

  /// What the partition does under its guard, with [Swap] as its last step.
  @FunctionalInterface
  public interface Promotion {
    void run(Swap swap) throws IOException;
  }

  /// Lets the copy take the log's place on disk and in the table of logs. The copy must hold all
  /// that the log holds.
  @FunctionalInterface
  public interface Swap {
    HostedLog run() throws IOException;
  }

  /// Lets a copy become the log, while nobody syncs or renames either. Does nothing when the log
  /// has left this node.
  public void promote(HostedLog copy, Promotion promotion) throws IOException {
    LogDirectories.Entry entry = owner.entry(copy.partition());
    if (entry == null) {
      return;
    }
    IOException[] failure = new IOException[1];
    boolean swapped;
    synchronized (entry.upkeep) {
      if (!entry.gone) {
        promotion.run(() -> swap(entry, copy, failure));
      }
      swapped = entry.gone;
    }
    IOException old = failure[0];
    if (old != null) {
      owner.fail(entry.hosted.directory(), old);
    }
    if (swapped) {
      owner.checkpoints().write(copy.directory());
    }
  }

  /// The new folder's name is durable before the old one goes.
  private HostedLog swap(LogDirectories.Entry entry, HostedLog copy, IOException[] failure)
      throws IOException {
    Path home = copy.directory().path().resolve(copy.partition().toString());
    disk.rename(copy.log().dir(), home);
    copy.log().moved(home);
    disk.syncDirectory(copy.directory().path());
    entry.gone = true;
    owner.replace(entry, copy);
    PartitionLog old = entry.hosted.log();
    old.abandon();
    try {
      removal.removeFolder(
          entry.hosted.directory(), old.dir(), copy.partition(), old.config().fileDeleteDelayMs());
    } catch (IOException e) {
      failure[0] = e;
    }
    return copy;
  }
}
