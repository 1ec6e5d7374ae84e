package io.millrace.coordination;

import io.millrace.coordination.CoordinatorLog.Appended;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/// Where a shard's records go: the partition it is the shard of. Called on the shard's loop.
///
/// An append that fails throws the error's own exception; the runtime rolls the shard back and
/// translates the error for clients, as it does over Kafka's own partitions. What it cannot roll
/// back is told to [FailureListener].
final class LogWriter implements PartitionWriter {

  /// Told when a shard's records could not be appended, before the shard is rolled back.
  @FunctionalInterface
  interface FailureListener {
    void onFailedAppend(TopicPartition shard);
  }

  private final CoordinatorLogs logs;
  private final FailureListener failures;

  /// By shard; a shard has one listener at a time. Shards of several loops come and go here.
  private final Map<TopicPartition, Registration> registrations = new ConcurrentHashMap<>();

  /// Kafka's form of the only setting that the runtime asks for. Made anew when it changes, for it
  /// is asked for with every batch.
  private volatile LogConfig config = new LogConfig(Map.of());

  LogWriter(CoordinatorLogs logs, FailureListener failures) {
    this.logs = logs;
    this.failures = failures;
  }

  @Override
  public void registerListener(TopicPartition shard, Listener listener) {
    CoordinatorLog log = logs.leading(shard);
    if (log == null) {
      // Led no more: the image that says so is on its way, and the shard will be unloaded.
      return;
    }
    Registration registration =
        new Registration(listener, log, offset -> listener.onHighWatermarkUpdated(shard, offset));
    Registration previous = registrations.put(shard, registration);
    if (previous != null) {
      previous.log.removeHighWatermarkListener(previous.consumer);
    }
    // It is told the present one too: what moved since the replay ended was told to nobody.
    log.addHighWatermarkListener(registration.consumer);
  }

  @Override
  public void deregisterListener(TopicPartition shard, Listener listener) {
    Registration registration = registrations.get(shard);
    if (registration != null && registration.listener == listener) {
      registrations.remove(shard, registration);
      registration.log.removeHighWatermarkListener(registration.consumer);
    }
  }

  @Override
  public LogConfig config(TopicPartition shard) {
    int maxBatchBytes = leading(shard).maxBatchBytes();
    LogConfig known = config;
    if (known.maxMessageSize() != maxBatchBytes) {
      known = new LogConfig(Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, maxBatchBytes));
      config = known;
    }
    return known;
  }

  @Override
  public long append(
      TopicPartition shard,
      VerificationGuard verificationGuard,
      MemoryRecords batches,
      short transactionVersion) {
    Appended appended = leading(shard).append(batches);
    if (appended.error() != Errors.NONE) {
      failures.onFailedAppend(shard);
      throw appended.error().exception(appended.message());
    }
    return appended.nextOffset();
  }

  /// Refused until there is a transaction coordinator to ask.
  @Override
  public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
      TopicPartition shard,
      String transactionalId,
      long producerId,
      short producerEpoch,
      int apiVersion) {
    return CompletableFuture.failedFuture(
        Errors.UNSUPPORTED_VERSION.exception("Transactions are not supported."));
  }

  /// Only share groups cut their log.
  @Override
  public CompletableFuture<Void> deleteRecords(TopicPartition shard, long deleteBeforeOffset) {
    return CompletableFuture.failedFuture(
        Errors.UNSUPPORTED_VERSION.exception("A group coordinator deletes no records."));
  }

  private CoordinatorLog leading(TopicPartition shard) {
    CoordinatorLog log = logs.leading(shard);
    if (log == null) {
      throw Errors.NOT_LEADER_OR_FOLLOWER.exception();
    }
    return log;
  }

  private record Registration(Listener listener, CoordinatorLog log, LongConsumer consumer) {}
}
