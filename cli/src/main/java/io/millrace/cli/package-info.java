/// The `millrace` command: everything a user touches first.
///
/// [Main] loads only the command that the first word names, because start-up time is counted in
/// milliseconds: `dev` and `start` must not pay for Kafka's clients. `node` runs a node in this
/// process, `cluster` real processes on this machine, `client` talks to a running cluster through
/// Kafka's public clients, `log` reads segment files offline.
///
/// A command writes through [Console] only: results to standard output, all else to standard error.
/// What a user can mend is a [CommandFailure] with a remedy; exit codes are in [ExitCode]. A shell:
/// it may block, start threads and read the clock. Uses every other room; nothing uses it but tests
/// and benchmarks.
@NullMarked
package io.millrace.cli;

import org.jspecify.annotations.NullMarked;
