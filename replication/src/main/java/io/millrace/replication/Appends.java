package io.millrace.replication;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Appends for clients, and what their acknowledgements wait for.
final class Appends {

  private final Partition partition;
  private final Replica replica;

  Appends(Partition partition, Replica replica) {
    this.partition = partition;
    this.replica = replica;
  }

  void append(
      ByteBuffer bytes,
      int position,
      int length,
      short requiredAcks,
      AppendOrigin origin,
      short produceVersion,
      int expectedEpoch,
      AppendAnswer answer) {
    answer.clear();
    List<AckQueue.Entry> done = List.of();
    boolean flushDue = false;
    IOException failure = null;
    synchronized (replica) {
      Errors error = replica.checkEpoch(expectedEpoch, true);
      if (error != Errors.NONE) {
        answer.refuse(error, null);
        return;
      }
      if (requiredAcks == -1 && replica.underMinInSync()) {
        answer.refuse(Errors.NOT_ENOUGH_REPLICAS, notEnoughReplicas());
        return;
      }
      // No switch over the kinds, which costs the first produce of a process (decision 10).
      AppendOutcome outcome =
          replica.log.appendAsLeader(
              bytes, position, length, replica.state.leaderEpoch(), origin, produceVersion);
      if (outcome instanceof AppendOutcome.Appended appended) {
        answer.baseOffset = appended.firstOffset();
        answer.lastOffset = appended.lastOffset();
        answer.logAppendTimeMs = appended.logAppendTimeMs();
        answer.logStartOffset = appended.logStartOffset();
        replica.traffic.recordsIn += appended.lastOffset() - appended.firstOffset() + 1;
        replica.traffic.bytesIn += length;
        replica.moves++;
        flushDue = appended.flushDue();
        done = replica.advance();
        answer.awaitOffset = offsetToAwait(appended.lastOffset() + 1, requiredAcks);
      } else if (outcome instanceof AppendOutcome.Duplicate duplicate) {
        if (duplicate.firstOffset() < 0) {
          answer.error = Errors.DUPLICATE_SEQUENCE_NUMBER;
        } else {
          answer.baseOffset = duplicate.firstOffset();
          answer.lastOffset = duplicate.lastOffset();
          answer.logAppendTimeMs = duplicate.logAppendTimeMs();
        }
        answer.logStartOffset = duplicate.logStartOffset();
        answer.awaitOffset = offsetToAwait(duplicate.lastOffset() + 1, requiredAcks);
      } else if (outcome instanceof AppendOutcome.Refused refused) {
        answer.refuse(refused.error(), refused.message());
        answer.recordErrors = refused.recordErrors();
        answer.logStartOffset = replica.log.logStartOffset();
      } else if (outcome instanceof AppendOutcome.Failed failed) {
        answer.refuse(Errors.KAFKA_STORAGE_ERROR, failed.cause().getMessage());
        failure = failed.cause();
      }
    }
    if (failure != null) {
      replica.host.onDiskFailure(partition, failure);
      return;
    }
    if (answer.error == Errors.NONE) {
      replica.watchers.signal();
    }
    if (flushDue) {
      replica.host.requestFlush(partition);
    }
    AckQueue.finish(done, Errors.NONE);
  }

  private String notEnoughReplicas() {
    return "The size of the current ISR ("
        + replica.state.isr().length
        + ") is insufficient to satisfy the min.isr requirement of "
        + replica.effectiveMinInSyncReplicas()
        + " for partition "
        + replica.id.topicPartition();
  }

  /// What an acknowledgement waits for, beyond what has been reached.
  private long offsetToAwait(long endOffset, short requiredAcks) {
    boolean waits =
        switch (requiredAcks) {
          case -1 -> replica.highWatermark() < endOffset;
          case 1 -> replica.syncsBeforeAck() && replica.log.recoveryPoint() < endOffset;
          default -> false;
        };
    return waits ? endOffset : AppendAnswer.ACKED;
  }

  @Nullable Errors await(long endOffset, boolean all, AckWaiter waiter, int ticket) {
    synchronized (replica) {
      Errors error = replica.leaderError();
      if (error != Errors.NONE) {
        return error;
      }
      long reached = all ? replica.highWatermark() : replica.log.recoveryPoint();
      if (reached >= endOffset) {
        return all && replica.underMinInSync()
            ? Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND
            : Errors.NONE;
      }
      replica.acks.add(endOffset, all, waiter, ticket);
      return null;
    }
  }
}
