package io.millrace.log;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// All log directories of a node: their locks and identities, the logs in them, the checkpoint
/// files, and the duties in the background (flush, checkpoints, retention, deletion).
///
/// Life: [#open] takes the locks and reads every `meta.properties`; [#load] opens the logs, when
/// the metadata says which belong here; [#start] begins the duties; [#close] leaves the directories
/// clean. Thread-safe; methods that say "blocks" belong on workers.
public final class LogDirectories {

  private LogDirectories() {}

  /// Takes the lock of every directory and reads its identity. A directory that cannot be used
  /// starts offline, unless none is left. Blocks.
  ///
  /// @throws IOException when every directory failed, or one is locked by another process, or they
  ///   belong to different clusters or nodes
  public static LogDirectories open(
      World world, LogDirectoriesConfig config, LogDirectoryListener listener) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// In the order of `log.dirs`; those without `meta.properties` (not formatted) have a zero id.
  public List<LogDirectory> directories() {
    throw new UnsupportedOperationException();
  }

  /// The online directory with this id, or null.
  public @Nullable LogDirectory directory(Uuid id) {
    throw new UnsupportedOperationException();
  }

  /// Cluster id found in the directories, null when none is formatted.
  public @Nullable String clusterId() {
    throw new UnsupportedOperationException();
  }

  /// Writes `meta.properties` where it is missing, with new directory ids. Blocks.
  public void format(String clusterId) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Broker epoch in the marker of a clean shutdown that was found (and removed) by [#load]; -1
  /// when a directory had none.
  public long cleanShutdownBrokerEpoch() {
    throw new UnsupportedOperationException();
  }

  /// Opens every log found, several at a time on workers, then calls `done` on `loop`: with the
  /// logs, or with what went wrong. Folders that `verdict` does not want are renamed to `-stray`.
  public void load(
      LogEnvironment environment,
      Function<String, LogConfig> configOfTopic,
      Verdict verdict,
      EventLoop loop,
      BiConsumer<List<HostedLog>, @Nullable IOException> done) {
    throw new UnsupportedOperationException();
  }

  /// Whether a folder found on disk belongs here.
  @FunctionalInterface
  public interface Verdict {
    boolean belongsHere(TopicPartition partition, Uuid topicId, LogDirectory directory);
  }

  /// The log of a partition, or null.
  public @Nullable HostedLog log(TopicPartition partition) {
    throw new UnsupportedOperationException();
  }

  public List<HostedLog> logs() {
    throw new UnsupportedOperationException();
  }

  /// The online directory that a new replica should go to: the one with the fewest logs.
  public LogDirectory directoryForNewLog() throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Creates the folder and files of a new replica, or gives the log that is there. Blocks (a few
  /// system calls).
  public HostedLog create(
      TopicPartition partition, Uuid topicId, LogDirectory directory, LogConfig config)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Takes the log out at once: the folder is renamed to `-delete` and removed after
  /// `file.delete.delay.ms`. Blocks (a few system calls). The caller has stopped using the log.
  public void delete(TopicPartition partition) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Tells through whom the background duties reach the log. A log without an owner is left alone.
  public void attach(TopicPartition partition, LogOwner owner) {
    throw new UnsupportedOperationException();
  }

  /// High watermarks as of `replication-offset-checkpoint`, by partition, for those loaded.
  public Map<TopicPartition, Long> checkpointedHighWatermarks() {
    throw new UnsupportedOperationException();
  }

  /// Asks for a flush of this log (`flush.messages` reached). Many requests while one sync runs
  /// become one next sync; [LogOwner#onFlushed] tells when. Any thread; does not wait.
  public void requestFlush(TopicPartition partition) {
    throw new UnsupportedOperationException();
  }

  /// Takes a directory offline after an I/O error: its logs are abandoned and listeners are told.
  public void fail(LogDirectory directory, IOException cause) {
    throw new UnsupportedOperationException();
  }

  /// Begins the background duties, timed on `loop`, done on workers.
  public void start(EventLoop loop) {
    throw new UnsupportedOperationException();
  }

  /// Stops the duties, flushes and closes every log, writes the checkpoints and last the marker of
  /// a clean shutdown, and gives the locks back. Runs on workers; calls `done` on `loop`.
  public void close(long brokerEpoch, EventLoop loop, Consumer<@Nullable IOException> done) {
    throw new UnsupportedOperationException();
  }
}
