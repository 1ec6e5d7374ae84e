package io.millrace.simulation.cluster;

import io.millrace.replication.Partition;
import io.millrace.server.NodeAssembly;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.image.MetadataImage;

/// The logs and epochs of every node at one moment, for the story of a failed run.
public final class ClusterState {

  private static final Path DATA = Path.of("/data");

  private ClusterState() {}

  public static List<String> describe(List<SimulatedNode> nodes) {
    List<String> lines = new ArrayList<>();
    MetadataImage newest = ReplicaStates.newest(nodes);
    if (newest != null) {
      new TreeMap<>(newest.topics().topicsByName())
          .forEach((name, topic) ->
              new TreeMap<>(topic.partitions())
                  .forEach((index, partition) ->
                      lines.add(
                          "image "
                              + newest.offset()
                              + ": "
                              + name
                              + "-"
                              + index
                              + " "
                              + partition)));
    }
    for (SimulatedNode node : nodes) {
      lines.add(node.toString());
      NodeAssembly assembly = node.assembly();
      if (assembly != null) {
        for (Partition partition : assembly.hosted().partitions()) {
          lines.add(
              String.format(
                  "  %s %s epoch %d, log %d to %d, high watermark %d",
                  partition.topicPartition(),
                  partition.isLeader() ? "leads" : "follows",
                  partition.leaderEpoch(),
                  partition.logStartOffset(),
                  partition.logEndOffset(),
                  partition.highWatermark()));
        }
      }
      for (Path file : node.machine().disk().filesBelow(DATA)) {
        if (file.toString().endsWith(".log") && !file.toString().contains("__")) {
          lines.add("  " + file + ":" + epochs(node.machine().disk().peek(file)));
        }
      }
    }
    return lines;
  }

  /// Where each leader epoch begins in a file, and the end.
  private static String epochs(byte[] content) {
    StringBuilder text = new StringBuilder();
    int epoch = Integer.MIN_VALUE;
    long end = 0;
    String behind = "";
    try {
      for (RecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(content)).batches()) {
        if (batch.partitionLeaderEpoch() != epoch) {
          epoch = batch.partitionLeaderEpoch();
          text.append(" epoch ").append(epoch).append(" from ").append(batch.baseOffset());
        }
        end = batch.nextOffset();
      }
    } catch (CorruptRecordException e) {
      behind = ", then bytes that are no batch: " + e.getMessage();
    }
    return text.append(" to ").append(end).append(behind).toString();
  }
}
