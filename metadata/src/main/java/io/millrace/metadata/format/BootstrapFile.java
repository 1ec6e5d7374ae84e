package io.millrace.metadata.format;

import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.MetadataVersion;

/// `bootstrap.checkpoint`: the records that the first active controller writes into an empty
/// metadata log, in the form of a metadata snapshot.
public final class BootstrapFile {

  public static final String NAME = "bootstrap.checkpoint";

  private BootstrapFile() {}

  /// Reads the records in `directory`; the newest production version alone where there is no file,
  /// as Kafka does.
  public static BootstrapMetadata read(Disk disk, Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    if (!disk.exists(file)) {
      return BootstrapMetadata.fromVersion(
          MetadataVersion.latestProduction(), "the default bootstrap");
    }
    List<ApiMessageAndVersion> records = new ArrayList<>();
    MetadataRecordSerde serde = new MetadataRecordSerde();
    try {
      MemoryRecords content = MemoryRecords.readableRecords(ByteBuffer.wrap(disk.read(file)));
      for (MutableRecordBatch batch : content.batches()) {
        batch.ensureValid();
        if (!batch.isControlBatch()) {
          for (Record record : batch) {
            records.add(serde.read(new ByteBufferAccessor(record.value()), record.valueSize()));
          }
        }
      }
      return BootstrapMetadata.fromRecords(records, file.toString());
    } catch (RuntimeException e) {
      throw new IOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
