/// A node's share of the control plane: Kafka's KRaft client and `QuorumController` hosted on our
/// log, network and clock, and the cluster image that they publish.
///
/// [io.millrace.metadata.QuorumNode] is the door; the rooms above see the immutable image, the
/// controller's calls and the broker's lifecycle, and nothing of how they come about. Below it:
/// `raft` hosts `KafkaRaftClient` over `__cluster_metadata-0`, `controller` hosts the controller,
/// `broker` keeps this node registered, `peer` connects to other nodes, `format` makes and checks
/// data directories.
///
/// Calls only `runtime` and `log`. Speaks the control-plane dialect: immutable records, sealed
/// outcomes, one loop for every piece of state. Three threads of control in production: the loop
/// `raft` (its flush blocks), the controller's own queue, and the loop `metadata`, on which images
/// are built and listeners called. The broker's lifecycle lives on a connection loop, because its
/// heartbeats must not wait for a disk.
@NullMarked
package io.millrace.metadata;

import org.jspecify.annotations.NullMarked;
