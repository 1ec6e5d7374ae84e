package io.millrace.metadata.format;

import io.millrace.metadata.raft.KafkaTime;
import io.millrace.runtime.Clock;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.UnalignedMemoryRecords;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.VoterSet;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.RawSnapshotWriter;
import org.apache.kafka.snapshot.RecordsSnapshotWriter;
import org.apache.kafka.snapshot.Snapshots;
import org.jspecify.annotations.Nullable;

/// Small checkpoint files, made in memory so that they can be put in place in one durable step.
final class CheckpointBytes implements RawSnapshotWriter {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private boolean frozen;

  private CheckpointBytes() {}

  /// A snapshot at offset 0 with the given records and, for kraft.version 1, the voters.
  static byte[] of(
      Clock clock,
      KRaftVersion kraftVersion,
      @Nullable VoterSet voters,
      long timestampMs,
      List<ApiMessageAndVersion> records) {
    CheckpointBytes bytes = new CheckpointBytes();
    try (RecordsSnapshotWriter<ApiMessageAndVersion> writer =
        new RecordsSnapshotWriter.Builder()
            .setTime(KafkaTime.wall(clock))
            .setLastContainedLogTimestamp(timestampMs)
            .setMaxBatchSizeBytes(KafkaRaftClient.MAX_BATCH_SIZE_BYTES)
            .setRawSnapshotWriter(bytes)
            .setKraftVersion(kraftVersion)
            .setVoterSet(Optional.ofNullable(voters))
            .build(new MetadataRecordSerde())) {
      if (!records.isEmpty()) {
        writer.append(records);
      }
      writer.freeze();
    }
    return bytes.out.toByteArray();
  }

  @Override
  public OffsetAndEpoch snapshotId() {
    return Snapshots.BOOTSTRAP_SNAPSHOT_ID;
  }

  @Override
  public long sizeInBytes() {
    return out.size();
  }

  @Override
  public void append(MemoryRecords records) {
    append(records.buffer());
  }

  @Override
  public void append(UnalignedMemoryRecords records) {
    append(records.buffer());
  }

  private void append(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    out.writeBytes(bytes);
  }

  @Override
  public boolean isFrozen() {
    return frozen;
  }

  @Override
  public void freeze() {
    frozen = true;
  }

  @Override
  public void close() {}
}
