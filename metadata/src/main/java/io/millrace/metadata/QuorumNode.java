package io.millrace.metadata;

import io.millrace.metadata.broker.BrokerLifecycle;
import io.millrace.metadata.broker.ProducerIds;
import io.millrace.metadata.controller.ControllerChannel;
import io.millrace.metadata.format.NodeIdentity;
import io.millrace.metadata.raft.RaftHost;
import io.millrace.runtime.World;
import java.io.IOException;
import java.util.function.BiConsumer;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.KRaftMetadataCache;

/// One node's share of the control plane, assembled. Opened once, started once, closed once, by the
/// node's assembly; the accessors may be used from any thread.
public final class QuorumNode implements AutoCloseable {

  private QuorumNode() {}

  /// Opens `__cluster_metadata-0` (with recovery: blocks for the disk) and builds everything;
  /// nothing runs before [#start].
  ///
  /// @param previousBrokerEpoch from the clean-shutdown file, −1 without one
  /// @param onFault told, from any thread, of a fault that this node must stop for
  public static QuorumNode open(
      World world,
      QuorumSettings settings,
      NodeIdentity identity,
      QuorumEndpoints endpoints,
      long previousBrokerEpoch,
      BiConsumer<String, Throwable> onFault)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Adds a listener; only before [#start].
  public void addListener(ImageListener listener) {
    throw new UnsupportedOperationException();
  }

  /// Starts raft, controller, image and lifecycle. Returns at once.
  public void start() {
    throw new UnsupportedOperationException();
  }

  /// The controller hosted here; it answers NOT_CONTROLLER while it is not the active one.
  public Controller controller() {
    throw new UnsupportedOperationException();
  }

  /// Takes in the quorum's requests that arrive at a controller listener.
  public RaftHost raft() {
    throw new UnsupportedOperationException();
  }

  /// The way to the active controller for this node's own requests.
  public ControllerChannel controllerChannel() {
    throw new UnsupportedOperationException();
  }

  /// The latest published image.
  public MetadataImage image() {
    throw new UnsupportedOperationException();
  }

  /// The latest published image behind Kafka's query interface.
  public KRaftMetadataCache cache() {
    throw new UnsupportedOperationException();
  }

  public BrokerLifecycle lifecycle() {
    throw new UnsupportedOperationException();
  }

  public ProducerIds producerIds() {
    throw new UnsupportedOperationException();
  }

  /// Stops the lifecycle, the controller and raft, in this order, and closes the log. Blocks until
  /// all have ended; a controlled shutdown comes before, if there is to be one.
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
