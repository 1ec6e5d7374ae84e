package io.millrace.cli.log;

import io.millrace.cli.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;

/// Reads one segment or snapshot file, batch by batch.
final class SegmentDump {
  private final Path file;
  private final DumpOutput output;
  private final boolean withRecords;
  private final long fromOffset;
  private final long maxBatches;
  private final RecordText text;

  SegmentDump(Path file, DumpOutput output, boolean withRecords, long fromOffset, long maxBatches) {
    this.file = file;
    this.output = output;
    this.withRecords = withRecords;
    this.fromOffset = fromOffset;
    this.maxBatches = maxBatches;
    this.text = RecordText.of(file);
  }

  /// Prints the file.
  ///
  /// @return false if a batch is damaged or bytes remain behind the last whole one
  boolean run() throws IOException {
    boolean sound = true;
    long printed = 0;
    int end = 0;
    FileRecords segment = FileRecords.open(file.toFile(), false);
    try {
      Iterator<FileChannelRecordBatch> batches = segment.batches().iterator();
      while (printed < maxBatches && batches.hasNext()) {
        FileChannelRecordBatch batch = batches.next();
        end = batch.position() + batch.sizeInBytes();
        if (batch.lastOffset() >= fromOffset) {
          sound &= print(batch);
          printed++;
        }
      }
      if (printed < maxBatches && end < segment.sizeInBytes()) {
        damage(end, segment.sizeInBytes() - end + " bytes are no whole batch");
        sound = false;
      }
    } catch (KafkaException e) {
      damage(end, String.valueOf(e.getMessage()));
      sound = false;
    } finally {
      // Not close(), which would cut a file that a running node appends to.
      segment.closeHandlers();
    }
    return sound;
  }

  private void damage(int position, String what) {
    output.row(file, "damage", what, "position", position);
  }

  private boolean print(FileChannelRecordBatch batch) {
    boolean valid = batch.isValid();
    Map<String, Object> row =
        Json.object(
            "batch", batch.baseOffset(),
            "last_offset", batch.lastOffset(),
            "count", String.valueOf(batch.countOrNull()),
            "position", batch.position(),
            "size", batch.sizeInBytes(),
            "epoch", batch.partitionLeaderEpoch(),
            "magic", (int) batch.magic(),
            "crc", batch.checksum(),
            "valid", valid,
            "compression", batch.compressionType().name,
            "timestamp_type", batch.timestampType().name,
            "max_timestamp", batch.maxTimestamp());
    if (batch.hasProducerId()) {
      row.put("producer_id", batch.producerId());
      row.put("producer_epoch", (int) batch.producerEpoch());
      row.put("base_sequence", batch.baseSequence());
    }
    if (batch.isTransactional()) {
      row.put("transactional", true);
    }
    if (batch.isControlBatch()) {
      row.put("control", true);
    }
    output.row(file, row);
    if (valid && withRecords) {
      for (Record record : batch) {
        print(batch, record);
      }
    }
    return valid;
  }

  private void print(FileChannelRecordBatch batch, Record record) {
    Map<String, Object> row =
        Json.object("offset", record.offset(), "timestamp", record.timestamp());
    text.describe(row, batch.isControlBatch(), record);
    if (record.headers().length > 0) {
      Map<String, Object> headers = Json.object();
      for (Header header : record.headers()) {
        headers.put(header.key(), RecordText.utf8(header.value()));
      }
      row.put("headers", headers);
    }
    output.row(file, row);
  }
}
