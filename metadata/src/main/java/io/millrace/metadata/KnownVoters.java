package io.millrace.metadata;

import io.millrace.metadata.controller.ControllerLocator;
import io.millrace.metadata.raft.RaftHost;
import java.util.function.Supplier;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.ControllerRegistration;
import org.jspecify.annotations.Nullable;

/// Finds controllers by what raft knows of its voters, and, for one that it does not list, by the
/// registrations in the metadata (KIP-919).
final class KnownVoters implements ControllerLocator {

  private final RaftHost raft;
  private final String listenerName;
  private final Supplier<MetadataImage> image;

  KnownVoters(RaftHost raft, String listenerName, Supplier<MetadataImage> image) {
    this.raft = raft;
    this.listenerName = listenerName;
    this.image = image;
  }

  @Override
  public @Nullable Node locate(int nodeId) {
    Node voter =
        raft.client().voterNode(nodeId, ListenerName.normalised(listenerName)).orElse(null);
    if (voter != null) {
      return voter;
    }
    ControllerRegistration registered = image.get().cluster().controllers().get(nodeId);
    return registered == null ? null : registered.node(listenerName).orElse(null);
  }
}
