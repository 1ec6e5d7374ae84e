package io.millrace.acceptance.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.NodeInPlace;
import io.millrace.acceptance.harness.NodeInPlace.Software;
import io.millrace.acceptance.harness.OnlyMillrace;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/// Segments that brokers of long ago wrote, with message sets of magic 0 and 1, plain and
/// compressed: served as Kafka 4.3 serves them.
@OnlyMillrace
class OldMagicTest {

  @Test
  void messageSetsAreServedAsTheyAre() throws IOException {
    try (NodeInPlace node = new NodeInPlace(1).formattedByKafka().start(Software.KAFKA)) {
      Clients clients = node.clients();
      Clients.get(
          clients
              .admin()
              .createTopics(
                  List.of(
                      new NewTopic("old", 1, (short) 1)
                          .configs(Map.of("retention.ms", "-1", "index.interval.bytes", "100"))))
              .all());
      node.stop();
      replaceSegment(node.logDirs().getFirst().resolve("old-0"));
      node.start(Software.KAFKA);
      SortedMap<String, List<String>> before = Contents.of(clients);
      assertThat(before.get("records old")).hasSize(50);
      node.kill();

      node.start(Software.MILLRACE);
      Contents.same("MILLRACE", Contents.of(clients), before);
      new Filling(clients).one("new");
      before = Contents.of(clients);
      node.kill();
      node.start(Software.MILLRACE);
      Contents.same("MILLRACE after a kill", Contents.of(clients), before);
    }
  }

  private static void replaceSegment(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (!file.endsWith("partition.metadata")) {
          Files.delete(file);
        }
      }
    }
    long offset = 0;
    try (OutputStream out = Files.newOutputStream(folder.resolve("00000000000000000000.log"));
        WritableByteChannel channel = Channels.newChannel(out)) {
      for (int round = 0; round < 5; round++) {
        offset = write(channel, offset, RecordBatch.MAGIC_VALUE_V0, Compression.NONE);
        offset = write(channel, offset, RecordBatch.MAGIC_VALUE_V0, Compression.gzip().build());
        offset = write(channel, offset, RecordBatch.MAGIC_VALUE_V1, Compression.NONE);
        offset = write(channel, offset, RecordBatch.MAGIC_VALUE_V1, Compression.snappy().build());
        offset = write(channel, offset, RecordBatch.MAGIC_VALUE_V2, Compression.lz4().build());
      }
    }
  }

  private static long write(
      WritableByteChannel channel, long offset, byte magic, Compression compression)
      throws IOException {
    long timestamp = magic == 0 ? RecordBatch.NO_TIMESTAMP : 1_600_000_000_000L + offset;
    SimpleRecord[] records = new SimpleRecord[2];
    for (int i = 0; i < records.length; i++) {
      records[i] =
          new SimpleRecord(
              timestamp,
              ("key" + i).getBytes(java.nio.charset.StandardCharsets.UTF_8),
              ("value " + (offset + i)).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    ByteBuffer bytes =
        MemoryRecords.withRecords(
                magic,
                offset,
                compression,
                magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_SEQUENCE,
                0,
                false,
                records)
            .buffer();
    channel.write(bytes);
    return offset + records.length;
  }
}
