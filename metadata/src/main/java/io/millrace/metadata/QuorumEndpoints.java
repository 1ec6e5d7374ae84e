package io.millrace.metadata;

import java.util.List;
import org.apache.kafka.common.Endpoint;

/// Where this node is reached, as it tells the cluster: hosts are advertised ones (never a
/// wildcard) and ports those really bound.
///
/// @param controller the controller listeners, the first one first; empty on a node that is only a
///   broker
/// @param broker the advertised broker listeners; empty on a node that is only a controller
public record QuorumEndpoints(List<Endpoint> controller, List<Endpoint> broker) {

  public QuorumEndpoints {
    controller = List.copyOf(controller);
    broker = List.copyOf(broker);
  }
}
