/// Partitions as their brokers see them: who leads, what is committed, who waits for it.
///
/// A [io.millrace.replication.Partition] is a small monitor around one replica's log: every access
/// takes its guard for a short step that never waits and calls nobody; whoever must be told later
/// (a parked fetch, a produce that waits for its acknowledgement, a coordinator) gets a message on
/// its own loop. [io.millrace.replication.Partitions] applies the metadata image: it creates, leads
/// and deletes partitions before the image is shown to clients, and publishes an immutable
/// [io.millrace.replication.TopicTable] for the request path.
///
/// A partition has a role: a leader counts how far its followers are and proposes who is in sync; a
/// follower takes over what its leader sends, and is cut where the leader's log is another one.
/// [io.millrace.replication.ReplicaFetchers] fetch what is followed, from each leader's broker over
/// few connections; nothing that they bring counts once the metadata has gone on to another epoch.
///
/// Called by coordination and server. Data-plane dialect: mutable state behind one guard, over
/// primitives, nothing allocated per record.
@NullMarked
package io.millrace.replication;

import org.jspecify.annotations.NullMarked;
