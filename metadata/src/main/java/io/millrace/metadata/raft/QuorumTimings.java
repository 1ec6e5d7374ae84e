package io.millrace.metadata.raft;

import io.millrace.metadata.QuorumSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.raft.QuorumConfig;

/// The raft client's limits. What the configuration sets is obeyed; defaults differ from Kafka's
/// where those cost time for nothing:
///
/// - `controller.quorum.append.linger.ms` is 0: the controller writes an operation's records at
///   once and waits for their commit, so that lingering only delays it (Kafka: 25).
/// - `controller.quorum.request.timeout.ms` is a third of the fetch timeout: with Kafka's 2,000 for
///   both, one lost packet is an election.
/// - `controller.quorum.election.timeout.ms` is 500 (Kafka: 1,000): what it bounds is a vote, which
///   takes two round trips and a sync; the first election of a start waits for it.
/// - `controller.quorum.election.backoff.max.ms` is 400 (Kafka: 1,000): of the two successors of a
///   leader that died or resigned one stands at once, and the other half of this later. The other
///   helps the first ([Succession]), so that its own turn comes only where the first fails, too; a
///   shorter wait has both stand at once on a busy machine, and split the vote.
///
/// - `controller.quorum.fetch.timeout.ms` is Kafka's 2,000, or up to 300 less, by node id: what
///   shows a dead leader is evidence ([io.millrace.metadata.evidence.LeaderEvidence]), and silence
///   for much less is a busy machine. The difference is for a leader that freezes: it has often
///   answered all voters at once, and two that give up on it at once split the vote. The first
///   asks, and the others have not heard the leader for long either ([Succession]).
///
/// @param fetchMaxWaitMs how long a fetch may be parked at the leader; below the request timeout
record QuorumTimings(QuorumConfig config, int fetchMaxWaitMs) {

  private static final int LONGEST_FETCH_WAIT_MS = 500;
  private static final int ELECTION_TIMEOUT_MS = 500;
  private static final int ELECTION_BACKOFF_MS = 400;

  /// As many as there are voters in all but the largest quorums.
  private static final int RANKS = 5;

  /// Long enough for a vote on a busy machine.
  private static final int RANK_MS = 75;

  static QuorumTimings of(QuorumSettings settings, int nodeId) {
    Map<String, Object> values = new LinkedHashMap<>(settings.config().originals());
    values.putIfAbsent(QuorumConfig.QUORUM_LINGER_MS_CONFIG, 0);
    values.putIfAbsent(QuorumConfig.QUORUM_ELECTION_TIMEOUT_MS_CONFIG, ELECTION_TIMEOUT_MS);
    values.putIfAbsent(QuorumConfig.QUORUM_ELECTION_BACKOFF_MAX_MS_CONFIG, ELECTION_BACKOFF_MS);
    int fetchTimeoutMs = settings.config().getInt(QuorumConfig.QUORUM_FETCH_TIMEOUT_MS_CONFIG);
    if (!values.containsKey(QuorumConfig.QUORUM_FETCH_TIMEOUT_MS_CONFIG)) {
      fetchTimeoutMs -= Math.floorMod(nodeId, RANKS) * RANK_MS;
      values.put(QuorumConfig.QUORUM_FETCH_TIMEOUT_MS_CONFIG, fetchTimeoutMs);
    }
    values.putIfAbsent(QuorumConfig.QUORUM_REQUEST_TIMEOUT_MS_CONFIG, fetchTimeoutMs / 3);
    values.keySet().retainAll(QuorumConfig.CONFIG_DEF.names());
    return new QuorumTimings(
        new QuorumConfig(new AbstractConfig(QuorumConfig.CONFIG_DEF, values, false)),
        Math.min(LONGEST_FETCH_WAIT_MS, fetchTimeoutMs / 6));
  }
}
