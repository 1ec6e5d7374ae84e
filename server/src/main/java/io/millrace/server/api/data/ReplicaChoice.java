package io.millrace.server.api.data;

import io.millrace.replication.Partition;
import io.millrace.server.request.WireConnection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.replica.ClientMetadata;
import org.apache.kafka.common.replica.PartitionView;
import org.apache.kafka.common.replica.ReplicaSelector;
import org.apache.kafka.common.replica.ReplicaView;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.jspecify.annotations.Nullable;

/// Which replica a consumer is sent to, by `replica.selector.class` (KIP-392). Any thread.
public final class ReplicaChoice {

  private final ReplicaSelector selector;
  private final Supplier<MetadataImage> image;

  public ReplicaChoice(ReplicaSelector selector, Supplier<MetadataImage> image) {
    this.selector = selector;
    this.image = image;
  }

  /// @return the id of another broker, -1 when this one will do
  int preferred(Partition partition, long fetchOffset, String rack, WireConnection client) {
    String listener = client.listener().name().value();
    Set<ReplicaView> views = new LinkedHashSet<>();
    ReplicaView leader = null;
    for (io.millrace.replication.ReplicaView replica : partition.replicasHolding(fetchOffset)) {
      ReplicaView view =
          new ReplicaView.DefaultReplicaView(
              node(replica.brokerId(), listener),
              replica.logEndOffset(),
              replica.sinceCaughtUpMs());
      views.add(view);
      leader = leader == null ? view : leader;
    }
    if (leader == null) {
      return -1;
    }
    ReplicaView self = leader;
    ClientMetadata metadata =
        new ClientMetadata.DefaultClientMetadata(
            rack, "", client.peer(), KafkaPrincipal.ANONYMOUS, listener);
    return selector
        .select(
            partition.topicPartition(),
            metadata,
            new PartitionView.DefaultPartitionView(views, self))
        .filter(chosen -> !chosen.endpoint().isEmpty() && !chosen.equals(self))
        .map(chosen -> chosen.endpoint().id())
        .orElse(-1);
  }

  private Node node(int broker, String listener) {
    BrokerRegistration registration = image.get().cluster().broker(broker);
    return registration == null || registration.fenced()
        ? Node.noNode()
        : registration.node(listener).orElse(Node.noNode());
  }

  /// The selector of that class, configured; null when none is named.
  ///
  /// @param className `replica.selector.class`
  /// @throws IllegalArgumentException when it cannot be made
  public static @Nullable ReplicaSelector selector(
      @Nullable String className, Map<String, ?> configs) {
    if (className == null || className.isBlank()) {
      return null;
    }
    try {
      ReplicaSelector made =
          Class.forName(className)
              .asSubclass(ReplicaSelector.class)
              .getDeclaredConstructor()
              .newInstance();
      made.configure(configs);
      return made;
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new IllegalArgumentException(e.toString(), e);
    }
  }
}
