package io.millrace.log.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.DiskFile;
import io.millrace.runtime.real.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchScannerTest {
  private static final int BATCHES = 20;

  @TempDir Path directory = Path.of("");

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 1000, 1 << 20})
  void comesByEveryBatchWithItsChecksumVerified(int bufferBytes) throws IOException {
    assertThat(offsets(bufferBytes, true)).isEqualTo(BATCHES);
  }

  @Test
  void comesByEveryBatchByItsHeader() throws IOException {
    assertThat(offsets(1000, false)).isEqualTo(BATCHES);
  }

  private long offsets(int bufferBytes, boolean verify) throws IOException {
    try (RealWorld world = RealWorld.builder().loops(1).build()) {
      DiskFile file = world.disk().open(directory.resolve("f"));
      long end = 0;
      for (int i = 0; i < BATCHES; i++) {
        ByteBuffer batch =
            MemoryRecords.withRecords(
                    i, Compression.NONE, new SimpleRecord(i, null, new byte[i * 10]))
                .buffer();
        int size = batch.remaining();
        file.write(batch, end);
        end += size;
      }
      BatchScanner scanner = new BatchScanner(file, 0, end, bufferBytes, verify);
      long next = 0;
      while (scanner.next()) {
        assertThat(scanner.baseOffset()).isEqualTo(next++);
      }
      assertThat(scanner.stop()).isEqualTo(BatchScanner.Stop.END);
      file.release();
      return next;
    }
  }
}
