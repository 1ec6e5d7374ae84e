package io.millrace.simulation.cluster;

import io.millrace.simulation.audit.InvariantBroken;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;

/// DESIGN §4, 4: the same offset and epoch mean the same batch, on every replica. Reads the files
/// as Kafka's own classes see them, past our log.
///
/// At rest ([#identical]) the logs of a partition are the same to the last byte, too.
public final class LogMatching {

  private static final Path DATA = Path.of("/data");

  private record Place(String partition, long offset, int epoch) {}

  private record Found(String node, long checksum, long nextOffset) {}

  private LogMatching() {}

  /// Holds all logs of all machines against each other, at rest.
  public static void check(List<SimulatedNode> nodes) {
    String unequal = unequalEnds(nodes);
    if (unequal != null) {
      throw new InvariantBroken("LogMatching", unequal);
    }
  }

  /// Whether all logs end at the same offsets, and so nothing is on its way to a follower; the rest
  /// is judged at once.
  public static boolean endsAreEqual(List<SimulatedNode> nodes) {
    return unequalEnds(nodes) == null;
  }

  private static @Nullable String unequalEnds(List<SimulatedNode> nodes) {
    Map<Place, Found> batches = new LinkedHashMap<>();
    Map<String, Found> ends = new LinkedHashMap<>();
    String unequal = null;
    for (SimulatedNode node : nodes) {
      Map<String, Found> own = new LinkedHashMap<>();
      for (Path file : node.machine().disk().filesBelow(DATA)) {
        String folder = DATA.relativize(file).getName(0).toString();
        boolean replica = folder.matches(".+-\\d+") && !folder.startsWith("__cluster_metadata");
        if (replica && file.toString().endsWith(".log")) {
          check(node, folder, node.machine().disk().peek(file), batches, own);
        }
      }
      for (Map.Entry<String, Found> entry : own.entrySet()) {
        Found end = entry.getValue();
        Found other = ends.putIfAbsent(entry.getKey(), end);
        if (unequal == null && other != null && other.nextOffset() != end.nextOffset()) {
          unequal =
              String.format(
                  "%s ends at %d on %s and at %d on %s",
                  entry.getKey(), other.nextOffset(), other.node(), end.nextOffset(), end.node());
        }
      }
    }
    return unequal;
  }

  private static void check(
      SimulatedNode node,
      String folder,
      byte[] content,
      Map<Place, Found> batches,
      Map<String, Found> ends) {
    for (RecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(content)).batches()) {
      if (!batch.isValid()) {
        return;
      }
      Place place = new Place(folder, batch.baseOffset(), batch.partitionLeaderEpoch());
      Found found = new Found(node.name(), batch.checksum(), batch.nextOffset());
      Found other = batches.putIfAbsent(place, found);
      if (other != null
          && (other.checksum() != found.checksum() || other.nextOffset() != found.nextOffset())) {
        throw new InvariantBroken(
            "LogMatching", place + " is one batch on " + other + ", another on " + found);
      }
      ends.put(folder, found);
    }
  }
}
