package io.millrace.replication;

import io.millrace.log.FutureLogs;
import io.millrace.log.LogDirectories;
import io.millrace.log.LogDirectory;
import io.millrace.log.LogEnvironment;
import io.millrace.runtime.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// The replicas that move between this broker's log directories (AlterReplicaLogDirs, KIP-113). All
/// of them take steps in turn, one at a time a partition, on workers.
///
/// A monitor; any thread, and nothing blocks but [#close].
public final class DirectoryMoves {

  private final LogDirectories directories;
  private final LogEnvironment environment;
  private final ReplicationQuota quota;
  private final EventLoop loop;
  private final Consumer<Partition> onMoved;
  private final Map<TopicPartition, DirectoryMove> moves = new LinkedHashMap<>();
  private boolean closed;

  /// @param loop where pauses are timed
  /// @param onMoved hears of replicas that have arrived, on a worker
  DirectoryMoves(
      LogDirectories directories,
      LogEnvironment environment,
      ReplicationQuota quota,
      EventLoop loop,
      Consumer<Partition> onMoved) {
    this.directories = directories;
    this.environment = environment;
    this.quota = quota;
    this.loop = loop;
    this.onMoved = onMoved;
  }

  /// Moves a replica to another log directory of this broker, or notes where it is to be created.
  /// The move goes on after the answer, and after a restart.
  ///
  /// @param path as `log.dirs` has it, absolute
  /// @return the error that AlterReplicaLogDirs answers
  public Errors request(TopicTable hosted, TopicPartition partition, String path) {
    LogDirectory target = directories.directory(path);
    if (!FutureLogs.fits(partition)) {
      return Errors.INVALID_TOPIC_EXCEPTION;
    }
    if (target == null) {
      return Errors.LOG_DIR_NOT_FOUND;
    }
    if (!target.isOnline()) {
      return Errors.KAFKA_STORAGE_ERROR;
    }
    if (directories.isCordoned(target)) {
      return Errors.INVALID_REPLICA_ASSIGNMENT;
    }
    Partition here = hosted.partition(partition);
    if (here == null) {
      directories.prefer(partition, target);
      return Errors.REPLICA_NOT_AVAILABLE;
    }
    if (!here.hosted().directory().isOnline()) {
      return Errors.KAFKA_STORAGE_ERROR;
    }
    start(here, target);
    return Errors.NONE;
  }

  /// Goes on with the moves that the last stop interrupted, and clears up what nobody wants.
  void resume(TopicTable hosted) {
    for (FutureLogs.Found found : directories.futures().takeFound()) {
      Partition partition = hosted.partition(found.partition());
      if (partition != null && partition.id().topicId().equals(found.topicId())) {
        resume(partition, found);
      } else {
        directories.futures().remove(found);
      }
    }
  }

  /// The replica is to go to `target`. Where it lies there or is on its way already, nothing
  /// changes; a move to somewhere else ends.
  void start(Partition partition, LogDirectory target) {
    start(partition, target, null);
  }

  /// Goes on with what an earlier process has begun.
  void resume(Partition partition, FutureLogs.Found found) {
    start(partition, found.directory(), found);
  }

  private void start(Partition partition, LogDirectory target, FutureLogs.@Nullable Found found) {
    DirectoryMove next;
    synchronized (this) {
      DirectoryMove before = moves.get(partition.topicPartition());
      if (closed || (before != null && before.target == target)) {
        return;
      }
      if (before != null) {
        before.cancel();
        moves.remove(partition.topicPartition());
      }
      next = new DirectoryMove(partition, target, found, directories, environment, quota);
      if (partition.hosted().directory() == target) {
        next.cancel();
      } else {
        moves.put(partition.topicPartition(), next);
      }
    }
    submit(next);
  }

  /// The partition leaves this broker.
  synchronized void cancel(TopicPartition partition) {
    DirectoryMove move = moves.remove(partition);
    if (move != null) {
      move.cancel();
    }
  }

  /// A replica on its way to a log directory.
  ///
  /// @param size bytes copied
  /// @param lag offsets that the copy lacks
  public record Arriving(TopicPartition partition, long size, long lag) {}

  /// The replicas on their way to a directory.
  public synchronized List<Arriving> arriving(LogDirectory directory) {
    return moves.values().stream()
        .filter(move -> move.target == directory)
        .map(move ->
            new Arriving(
                move.partition.topicPartition(),
                move.size(),
                Math.max(0, move.partition.logEndOffset() - move.endOffset())))
        .toList();
  }

  private void submit(DirectoryMove move) {
    environment.world().workers().execute(() -> step(move));
  }

  private void step(DirectoryMove move) {
    long due = move.step();
    if (due == 0) {
      submit(move);
    } else if (due > 0) {
      loop.schedule(due, () -> submit(move));
    } else {
      synchronized (this) {
        moves.remove(move.partition.topicPartition(), move);
      }
      if (move.isPromoted()) {
        onMoved.accept(move.partition);
      }
    }
  }

  /// Lets go of all files, for the next start to go on.
  void close() {
    List<DirectoryMove> all;
    synchronized (this) {
      closed = true;
      all = new ArrayList<>(moves.values());
      moves.clear();
    }
    all.forEach(DirectoryMove::halt);
  }
}
