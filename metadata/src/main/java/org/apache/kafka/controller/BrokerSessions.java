package org.apache.kafka.controller;

import org.apache.kafka.common.utils.Time;

/// Reaches the controller's record of when it last heard of a broker, which is package-private.
public final class BrokerSessions {

  private BrokerSessions() {}

  /// Makes the active controller treat an incarnation as silent for longer than the session
  /// timeout, so that its successor may register at once. For callers who know that it is dead. Any
  /// thread: the contact times are a concurrent map of their own.
  ///
  /// @return whether this controller is active; otherwise nothing has been done
  public static boolean end(
      QuorumController controller,
      int brokerId,
      long brokerEpoch,
      Time time,
      long sessionTimeoutNanos) {
    if (!controller.isActive()) {
      return false;
    }
    BrokerHeartbeatManager sessions;
    try {
      sessions = controller.clusterControl().heartbeatManager();
    } catch (RuntimeException e) {
      // It has just been deposed.
      return false;
    }
    sessions
        .tracker()
        .updateContactTime(
            new BrokerIdAndEpoch(brokerId, brokerEpoch),
            time.nanoseconds() - 2 * sessionTimeoutNanos);
    return true;
  }
}
