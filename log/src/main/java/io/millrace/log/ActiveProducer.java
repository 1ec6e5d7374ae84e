package io.millrace.log;

/// One producer's state, as DescribeProducers answers it.
///
/// @param lastTimestampMs of its last batch
/// @param currentTxnStartOffset -1 when it has no open transaction
public record ActiveProducer(
    long producerId,
    short producerEpoch,
    int lastSequence,
    long lastTimestampMs,
    int coordinatorEpoch,
    long currentTxnStartOffset) {}
