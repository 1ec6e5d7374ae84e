/// One partition's log in Kafka's files, and the directories that hold the logs of a node.
///
/// Called by `metadata` (Raft's log), `replication` (partitions) and `server` (assembly); uses only
/// `runtime` and the wire vocabulary of kafka-clients. Touches the world through
/// [io.millrace.runtime.World] alone. [PartitionLog] speaks the data-plane dialect: mutable, behind
/// its owner's guard, nothing allocated per record.
@NullMarked
package io.millrace.log;

import org.jspecify.annotations.NullMarked;
