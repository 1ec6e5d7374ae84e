package io.millrace.metadata.stored;

import org.apache.kafka.common.metadata.MetadataRecordType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/// Gets the records of a metadata log in order: those of the latest snapshot, then those behind it.
public interface RecordVisitor {

  /// Whether records of this type are to be decoded; the others are passed over unread.
  boolean wants(MetadataRecordType type);

  /// A record of the controller's.
  void onRecord(ApiMessageAndVersion record);

  /// A control record of Raft's.
  default void onControl(ControlRecordType type, Record record) {}
}
