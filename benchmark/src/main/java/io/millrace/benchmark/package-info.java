/// The `benchmark` room: Millrace measured against Apache Kafka on one machine, by one load
/// generator, in interleaved runs.
///
/// [io.millrace.benchmark.Main] starts both brokers, lets every row of
/// [io.millrace.benchmark.row.Rows] run A, B, A, B …, and prints one table of medians with the
/// ratio. The load is pre-encoded requests over plain NIO, so that the client costs little and the
/// broker is what is measured; what a broker spent comes from `/proc`, not from the broker.
///
/// A run during which the machine was busy with other work is refused as a result, and every row
/// reads back what was acknowledged. Called by the command line as `millrace bench`; nothing else
/// depends on it, and it sees brokers only from outside: their processes and their sockets.
@NullMarked
package io.millrace.benchmark;

import org.jspecify.annotations.NullMarked;
