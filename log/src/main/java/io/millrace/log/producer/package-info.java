/// What a log remembers of its producers: idempotence (KIP-98) and open transactions.
///
/// Data-plane dialect, under the guard of the log. [ProducerState] judges and notes batches of one
/// producer; [ProducerTable] holds all of them with the transactions; [ProducerSnapshot] is the
/// file format that carries them over a restart.
@NullMarked
package io.millrace.log.producer;

import org.jspecify.annotations.NullMarked;
