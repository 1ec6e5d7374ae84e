package io.millrace.log;

/// One refused record of a refused batch, for the `RecordErrors` of a produce answer.
///
/// @param batchIndex the record's place in its batch, from 0
/// @param message why, for people
public record RecordError(int batchIndex, String message) {}
