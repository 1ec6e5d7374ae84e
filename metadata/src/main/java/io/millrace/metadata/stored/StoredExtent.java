package io.millrace.metadata.stored;

import org.apache.kafka.server.common.OffsetAndEpoch;
import org.jspecify.annotations.Nullable;

/// How much of a metadata log there is.
///
/// @param snapshot the latest one, null when there is none
/// @param startOffset of the log's first segment; of the snapshot when there is no segment
/// @param endOffset behind the last whole batch
/// @param lastEpoch of the last whole batch, -1 when the log is empty
/// @param unreadBytes behind the last whole batch: a torn tail, or damage
public record StoredExtent(
    @Nullable OffsetAndEpoch snapshot,
    long startOffset,
    long endOffset,
    int lastEpoch,
    long unreadBytes) {}
