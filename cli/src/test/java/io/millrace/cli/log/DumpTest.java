package io.millrace.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.CommandRun;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DumpTest {
  @TempDir Path directory = Path.of("");
  private Path segment = Path.of("");

  @BeforeEach
  void writeTwoBatches() throws IOException {
    segment = write("flights-0", records(0, "a", "b", "c"), records(3, "d"));
  }

  @Test
  void showsBatchesAndRecords() throws IOException {
    CommandRun run = CommandRun.of("log", "dump", "--records", "--json", segment.toString());

    assertThat(run.status()).isZero();
    List<Map<?, ?>> rows = rows(run);
    assertThat(rows).hasSize(6);
    assertThat(rows.get(0).get("batch")).isEqualTo(0L);
    assertThat(rows.get(0).get("last_offset")).isEqualTo(2L);
    assertThat(rows.get(0).get("valid")).isEqualTo(true);
    assertThat(rows.get(5).get("offset")).isEqualTo(3L);
    assertThat(rows.get(5).get("value")).isEqualTo("d");
  }

  @Test
  void beginsAtAnOffsetAndEndsAfterSomeBatches() throws IOException {
    assertThat(
            rows(CommandRun.of("log", "dump", "--json", "--from-offset", "3", segment.toString())))
        .singleElement()
        .satisfies(row -> assertThat(row.get("batch")).isEqualTo(3L));
    assertThat(rows(CommandRun.of("log", "dump", "--json", "-n", "1", segment.toString())))
        .hasSize(1);
  }

  @Test
  void aFlippedBitIsFoundAndFails() throws IOException {
    byte[] bytes = Files.readAllBytes(segment);
    bytes[70] ^= 1;
    Files.write(segment, bytes);

    CommandRun run = CommandRun.of("log", "dump", "--records", segment.toString());

    assertThat(run.status()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out()).contains("valid false", "valid true");
    assertThat(run.err()).contains("1 file is damaged");
  }

  @Test
  void aTornTailIsFoundAndTheFileIsNotTouched() throws IOException {
    byte[] bytes = Files.readAllBytes(segment);
    byte[] torn = java.util.Arrays.copyOf(bytes, bytes.length - 5);
    Files.write(segment, torn);

    CommandRun run = CommandRun.of("log", "dump", segment.toString());

    assertThat(run.status()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out()).contains("are no whole batch");
    assertThat(Files.readAllBytes(segment)).isEqualTo(torn);
  }

  @Test
  void metadataRecordsAreShownByWhatTheyMean() throws IOException {
    var topic = new ApiMessageAndVersion(new TopicRecord().setName("flights"), (short) 0);
    var cache = new ObjectSerializationCache();
    ByteBuffer value = ByteBuffer.allocate(MetadataRecordSerde.INSTANCE.recordSize(topic, cache));
    MetadataRecordSerde.INSTANCE.write(topic, cache, new ByteBufferAccessor(value));
    Path file =
        write(
            "__cluster_metadata-0",
            MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(value.array())));

    Map<?, ?> row = rows(CommandRun.of("log", "dump", "-r", "--json", file.toString())).get(1);

    assertThat(row.get("type")).isEqualTo("TopicRecord");
    assertThat((Map<?, ?>) row.get("record")).extracting("name").isEqualTo("flights");
  }

  @Test
  void anIndexIsShownWithAbsoluteOffsets() throws IOException {
    Path index = directory.resolve("00000000000000000100.index");
    Files.write(
        index, ByteBuffer.allocate(24).putInt(5).putInt(4096).putInt(9).putInt(8192).array());

    CommandRun run = CommandRun.of("log", "dump", index.toString());

    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("offset 105  position 4096", "offset 109  position 8192");
    assertThat(run.out().lines()).hasSize(3);
  }

  private Path write(String partition, MemoryRecords... batches) throws IOException {
    Path folder = Files.createDirectories(directory.resolve(partition));
    int size = 0;
    for (MemoryRecords batch : batches) {
      size += batch.sizeInBytes();
    }
    ByteBuffer bytes = ByteBuffer.allocate(size);
    for (MemoryRecords batch : batches) {
      bytes.put(batch.buffer().duplicate());
    }
    return Files.write(folder.resolve("00000000000000000000.log"), bytes.array());
  }

  private static MemoryRecords records(long baseOffset, String... values) {
    SimpleRecord[] records = new SimpleRecord[values.length];
    for (int i = 0; i < values.length; i++) {
      records[i] = new SimpleRecord(values[i].getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    return MemoryRecords.withRecords(baseOffset, Compression.NONE, records);
  }

  private static List<Map<?, ?>> rows(CommandRun run) throws IOException {
    List<Map<?, ?>> rows = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      rows.add((Map<?, ?>) java.util.Objects.requireNonNull(Json.read(line)));
    }
    return rows;
  }
}
