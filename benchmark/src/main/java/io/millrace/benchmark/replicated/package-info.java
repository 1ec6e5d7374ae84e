/// The rows about what replication costs: three nodes of one make as processes, real Java clients
/// with `acks=all`, a topic of three replicas.
///
/// [io.millrace.benchmark.replicated.ReplicatedRow] keeps a cluster from run to run;
/// [io.millrace.benchmark.replicated.Flow] is one producer and one consumer of a run. The
/// producer's side is the benchmark's one thread, the consumer has its own.
@NullMarked
package io.millrace.benchmark.replicated;

import org.jspecify.annotations.NullMarked;
