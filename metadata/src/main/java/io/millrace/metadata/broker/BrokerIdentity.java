package io.millrace.metadata.broker;

import java.util.List;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// What a broker tells the controller of itself when it registers.
///
/// @param incarnationId of this run of the process, or of what it has found out since
/// @param endpoints the advertised listeners
/// @param logDirs ids of the directories that are online
/// @param cordonedLogDirs ids of those that take no new replicas
/// @param rack `broker.rack`
/// @param previousBrokerEpoch from the clean-shutdown file, −1 without one: then the controller
///   must assume that this broker has lost what it had not synced
/// @param unstableFeatures whether unstable feature levels are supported
public record BrokerIdentity(
    String clusterId,
    int brokerId,
    Uuid incarnationId,
    List<Endpoint> endpoints,
    List<Uuid> logDirs,
    List<Uuid> cordonedLogDirs,
    @Nullable String rack,
    long previousBrokerEpoch,
    boolean unstableFeatures) {

  public BrokerIdentity {
    endpoints = List.copyOf(endpoints);
    logDirs = logDirs.stream().sorted().toList();
    cordonedLogDirs = List.copyOf(cordonedLogDirs);
  }

  /// The same broker, in another incarnation that knows of no clean stop.
  BrokerIdentity unclean(Uuid incarnation) {
    return new BrokerIdentity(
        clusterId,
        brokerId,
        incarnation,
        endpoints,
        logDirs,
        cordonedLogDirs,
        rack,
        -1,
        unstableFeatures);
  }
}
