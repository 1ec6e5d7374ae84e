/// Proof that another process is dead, in place of waiting for its silence.
///
/// The kernel of a machine closes a dead process's connections at once and refuses new ones to its
/// port. So: a connection that ended, and a new one that is refused
/// ([io.millrace.metadata.evidence.ProcessWatch]). The active controller watches every unfenced
/// broker and has a dead one fenced ([io.millrace.metadata.evidence.BrokerEvidence]); a voter
/// watches the leader and begins an election when it has died
/// ([io.millrace.metadata.evidence.LeaderEvidence]). Both say to Kafka's classes only what a clean
/// shutdown would have said, so that wrong evidence costs an election or a fencing, and never
/// safety. What gives no evidence (a frozen process, a cut cable) is left to the timeouts, which do
/// not add up where the frozen process was controller and broker
/// ([io.millrace.metadata.evidence.InheritedSilence]).
///
/// Everything here lives on one connection loop.
@NullMarked
package io.millrace.metadata.evidence;

import org.jspecify.annotations.NullMarked;
