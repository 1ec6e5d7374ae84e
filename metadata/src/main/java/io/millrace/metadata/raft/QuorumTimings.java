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
///
/// @param fetchMaxWaitMs how long a fetch may be parked at the leader; below the request timeout
record QuorumTimings(QuorumConfig config, int fetchMaxWaitMs) {

  private static final int LONGEST_FETCH_WAIT_MS = 500;

  static QuorumTimings of(QuorumSettings settings) {
    Map<String, Object> values = new LinkedHashMap<>(settings.config().originals());
    values.putIfAbsent(QuorumConfig.QUORUM_LINGER_MS_CONFIG, 0);
    int fetchTimeoutMs = settings.config().getInt(QuorumConfig.QUORUM_FETCH_TIMEOUT_MS_CONFIG);
    values.putIfAbsent(QuorumConfig.QUORUM_REQUEST_TIMEOUT_MS_CONFIG, fetchTimeoutMs / 3);
    values.keySet().retainAll(QuorumConfig.CONFIG_DEF.names());
    return new QuorumTimings(
        new QuorumConfig(new AbstractConfig(QuorumConfig.CONFIG_DEF, values, false)),
        Math.min(LONGEST_FETCH_WAIT_MS, fetchTimeoutMs / 6));
  }
}
