/// Connections to other nodes, as a client has them: one [io.millrace.metadata.peer.PeerConnection]
/// to one listener, on one loop. Raft, the way to the active controller, the followers' fetchers
/// and the evidence of a dead node are built on it.
///
/// Knows Kafka's framing, headers and ApiVersions, and nothing of what is asked. Retries nothing:
/// who asks knows whether asking again makes sense.
@NullMarked
package io.millrace.metadata.peer;

import org.jspecify.annotations.NullMarked;
