/// Kafka's KRaft client on our log, network and clock. One loop, `raft`, owns all of it.
///
/// `KafkaRaftClient` is written for a thread that blocks in a queue. Here [RaftHost] polls it until
/// it has nothing to do and then sets a timer, which is the same in production (where the loop has
/// a thread, because an append waits for the disk) and in the virtual world. What it stands on is
/// ours: [MetadataLog] over one partition's log and [SnapshotFiles], [QuorumStateFile] for the
/// vote, [RaftChannel] for the way to other voters.
///
/// Non-obvious and intentional:
/// - The leader's append is durable before the client sees the new end of the log. The client
///   itself raises the high watermark first and flushes then.
/// - One listener is registered; [ListenerFanOut] calls ours in order. The client would call
///   several in the order of their identity hashes.
/// - Raft's milliseconds go on steadily when the wall clock is set: its timeouts are counted in
///   them.
/// - `org.apache.kafka.raft.RaftClients` and `org.apache.kafka.controller.BrokerSessions` are the
///   two classes that have to live in Kafka's packages, for what is package-private there.
///
/// What the simulator has to take care of, since it is Kafka's: the controller's event queue has a
/// thread; topic ids and token ids come from `Uuid.randomUuid()`; sets made by `Set.of` and its kin
/// iterate in an order that differs between JVMs, which shows in the order of some requests and of
/// the granting voters in a leader-change record.
@NullMarked
package io.millrace.metadata.raft;

import org.jspecify.annotations.NullMarked;
