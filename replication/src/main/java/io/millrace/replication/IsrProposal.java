package io.millrace.replication;

import java.util.List;

/// A change of the in-sync replicas that a leader asks of the controller, bound to the partition
/// epoch that it was decided on: once the metadata has moved on, it cannot take effect any more.
/// Immutable.
///
/// @param recovered whether it says that the leader has recovered from an unclean election
record IsrProposal(int leaderEpoch, int partitionEpoch, List<Member> isr, boolean recovered) {

  /// @param brokerEpoch the incarnation that is in sync, -1 when it did not tell, and for the
  ///   leader itself, whose epoch is that of the request
  record Member(int brokerId, long brokerEpoch) {}

  IsrProposal {
    isr = List.copyOf(isr);
  }

  boolean contains(int broker) {
    return isr.stream().anyMatch(member -> member.brokerId() == broker);
  }
}
