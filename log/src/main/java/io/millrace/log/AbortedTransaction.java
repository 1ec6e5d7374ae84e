package io.millrace.log;

/// One entry of the transaction index: records of `producerId` in `[firstOffset, lastOffset]` were
/// aborted.
///
/// @param lastOffset offset of the abort marker
/// @param lastStableOffset of the log when the marker was appended
public record AbortedTransaction(
    long producerId, long firstOffset, long lastOffset, long lastStableOffset) {}
