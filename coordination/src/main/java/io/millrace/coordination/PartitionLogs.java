package io.millrace.coordination;

import io.millrace.log.AppendOrigin;
import io.millrace.log.LogRead;
import io.millrace.replication.AppendAnswer;
import io.millrace.replication.Partition;
import io.millrace.replication.PartitionQuery;
import io.millrace.replication.Partitions;
import io.millrace.replication.ProgressWatcher;
import io.millrace.runtime.Mailbox;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/// The coordinators' partitions as this broker hosts them.
public final class PartitionLogs implements CoordinatorLogs {

  private static final short ALL = -1;

  private final Partitions partitions;
  private final Mailbox mailbox;

  /// @param mailbox where news of high watermarks are passed on
  public PartitionLogs(Partitions partitions, Mailbox mailbox) {
    this.partitions = partitions;
    this.mailbox = mailbox;
  }

  @Override
  public @Nullable CoordinatorLog leading(TopicPartition id) {
    Partition partition = partitions.table().partition(id);
    return partition != null && partition.isLeader() ? new Led(partition, mailbox) : null;
  }

  /// One partition. Two of these for the same partition are interchangeable, except that a listener
  /// is removed where it was added.
  private static final class Led implements CoordinatorLog {

    private final Partition partition;
    private final Mailbox mailbox;
    private final Map<LongConsumer, Watch> watches = new LinkedHashMap<>();

    Led(Partition partition, Mailbox mailbox) {
      this.partition = partition;
      this.mailbox = mailbox;
    }

    @Override
    public Appended append(MemoryRecords batches) {
      ByteBuffer bytes = batches.buffer();
      AppendAnswer answer = new AppendAnswer();
      partition.append(
          bytes,
          bytes.position(),
          bytes.remaining(),
          ALL,
          AppendOrigin.COORDINATOR,
          ApiKeys.PRODUCE.latestVersion(),
          -1,
          answer);
      return answer.error() == Errors.NONE
          ? Appended.upTo(answer.lastOffset() + 1)
          : Appended.refused(answer.error(), answer.message());
    }

    @Override
    public Slice read(long offset, int maxBytes) throws IOException {
      Slice[] found = {new Slice.AtEnd()};
      LogRead.Data[] data = new LogRead.Data[1];
      PartitionQuery query =
          partition.query(
              -1,
              (log, result) -> {
                if (offset < log.logStartOffset()) {
                  found[0] = new Slice.BeforeStart();
                  return;
                }
                switch (log.read(offset, maxBytes, log.logEndOffset(), true)) {
                  case LogRead.Data batches -> data[0] = batches;
                  case LogRead.Empty _ -> {}
                  case LogRead.Refused refused -> result.refuse(refused.error());
                  case LogRead.Failed failed -> throw failed.cause();
                }
              });
      if (query.error() != Errors.NONE) {
        throw new IOException(partition + " cannot be read at " + offset + ": " + query.error());
      }
      return data[0] == null ? found[0] : new Slice.Batches(data[0].load());
    }

    @Override
    public int maxBatchBytes() {
      int[] bytes = new int[1];
      partition.query(-1, (log, _) -> bytes[0] = log.config().maxMessageBytes());
      return bytes[0] > 0 ? bytes[0] : Integer.MAX_VALUE;
    }

    @Override
    public long logStartOffset() {
      return partition.logStartOffset();
    }

    @Override
    public long logEndOffset() {
      return partition.logEndOffset();
    }

    @Override
    public long highWatermark() {
      return partition.highWatermark();
    }

    @Override
    public synchronized void addHighWatermarkListener(LongConsumer listener) {
      Watch watch = new Watch(listener);
      watches.put(listener, watch);
      partition.watch(watch, -1);
    }

    @Override
    public synchronized void removeHighWatermarkListener(LongConsumer listener) {
      Watch watch = watches.remove(listener);
      if (watch != null) {
        partition.unwatch(watch);
      }
    }

    /// Passes the high watermark on, the latest only, never backwards.
    private final class Watch extends ProgressWatcher {

      private final LongConsumer listener;
      private long told = -1;

      Watch(LongConsumer listener) {
        super(mailbox);
        this.listener = listener;
      }

      @Override
      protected void onProgress() {
        long now = partition.highWatermark();
        if (now > told && partition.isLeader()) {
          told = now;
          listener.accept(now);
        }
      }
    }
  }
}
