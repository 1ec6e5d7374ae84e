package org.apache.kafka.controller;

import org.apache.kafka.common.utils.Time;

/// Reaches the controller's record of when it last heard of a broker, which is package-private.
public final class BrokerSessions {

  private BrokerSessions() {}

  /// Makes the active controller treat an incarnation as silent for so long already: longer than
  /// the session timeout where it is known to be dead, so that its successor may register at once.
  /// Any thread: the contact times are a concurrent map of their own.
  ///
  /// @return whether this controller is active; otherwise nothing has been done
  public static boolean lastHeard(
      QuorumController controller, int brokerId, long brokerEpoch, Time time, long nanosAgo) {
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
            new BrokerIdAndEpoch(brokerId, brokerEpoch), time.nanoseconds() - nanosAgo);
    return true;
  }
}
