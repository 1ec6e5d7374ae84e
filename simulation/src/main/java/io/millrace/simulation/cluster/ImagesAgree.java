package io.millrace.simulation.cluster;

import io.millrace.server.NodeAssembly;
import io.millrace.simulation.audit.InvariantBroken;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.image.MetadataImage;

/// DESIGN §4, 8: the images of two nodes at the same metadata offset are equal.
public final class ImagesAgree {

  private record Seen(String node, MetadataImage image) {}

  private ImagesAgree() {}

  public static void check(List<SimulatedNode> nodes) {
    Map<Long, Seen> byOffset = new LinkedHashMap<>();
    for (SimulatedNode node : nodes) {
      NodeAssembly assembly = node.assembly();
      MetadataImage image = assembly == null ? null : assembly.image();
      if (image == null) {
        continue;
      }
      Seen other = byOffset.putIfAbsent(image.offset(), new Seen(node.name(), image));
      if (other != null && !other.image().equals(image)) {
        throw new InvariantBroken(
            "ImagesAgree",
            "the images of "
                + other.node()
                + " and "
                + node.name()
                + " differ at offset "
                + image.offset());
      }
    }
  }
}
