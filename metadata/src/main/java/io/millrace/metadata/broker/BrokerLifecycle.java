package io.millrace.metadata.broker;

import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.BrokerState;

/// Keeps this broker in the cluster: registers it, sends heartbeats, asks to be unfenced when the
/// node says it is ready, hands leadership over before a shutdown. All methods may be called from
/// any thread; callbacks come on the lifecycle's loop and must not block.
public final class BrokerLifecycle {

  BrokerLifecycle() {}

  /// `onCaughtUp` runs once the broker has read the metadata up to where it was when it registered.
  public void whenCaughtUp(Runnable onCaughtUp) {
    throw new UnsupportedOperationException();
  }

  /// Partitions are recovered and listeners open: from now on the broker asks to be unfenced.
  public void readyToUnfence() {
    throw new UnsupportedOperationException();
  }

  /// `onUnfenced` runs once the controller has unfenced the broker for the first time.
  public void whenUnfenced(Runnable onUnfenced) {
    throw new UnsupportedOperationException();
  }

  /// Asks the controller to move leadership away and ends the heartbeats when it has.
  ///
  /// @param onDone runs once, also when the broker was not running or the lifecycle is closed
  public void beginControlledShutdown(Runnable onDone) {
    throw new UnsupportedOperationException();
  }

  /// −1 before the first registration.
  public long brokerEpoch() {
    throw new UnsupportedOperationException();
  }

  public BrokerState state() {
    throw new UnsupportedOperationException();
  }

  /// Reports a log directory that failed. It stays reported until the broker restarts.
  public void directoryFailed(Uuid directory) {
    throw new UnsupportedOperationException();
  }

  /// Replaces the set of directories that take no new replicas.
  public void cordon(List<Uuid> directories) {
    throw new UnsupportedOperationException();
  }
}
