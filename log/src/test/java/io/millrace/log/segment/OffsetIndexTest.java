package io.millrace.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.real.RealWorld;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffsetIndexTest {
  private static final long BASE = 1_000;

  /// Entry i has the offset BASE + 10 * (i + 1) and the position 100 * (i + 1).
  private static final int STEP = 10;

  @TempDir Path directory = Path.of("");

  private final RealWorld world = RealWorld.builder().loops(1).build();

  @AfterEach
  void close() {
    world.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 129, 255, 256, 257, 512, 513, 1_000, 5_000})
  void findsTheLastEntryAtOrBelowAnOffset(int entries) throws IOException {
    OffsetIndex index = index();
    append(index, 0, entries);
    everyOffsetIsFound(index, entries);
    index.write();
    everyOffsetIsFound(index, entries);
  }

  @Test
  void forgetsWhatWasCutAndFindsWhatCameInstead() throws IOException {
    OffsetIndex index = index();
    append(index, 0, 2_000);
    everyOffsetIsFound(index, 2_000);
    index.truncate(300);
    everyOffsetIsFound(index, 300);
    for (int i = 300; i < 1_000; i++) {
      index.append(BASE + STEP * (i + 1) + 5, 100 * (i + 1));
    }
    assertThat(index.floor(BASE + STEP * 801 + 4).index()).isEqualTo(799);
    assertThat(index.floor(BASE + STEP * 801 + 5).index()).isEqualTo(800);
  }

  private static void append(OffsetIndex index, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      index.append(BASE + STEP * (i + 1), 100 * (i + 1));
    }
  }

  private static void everyOffsetIsFound(OffsetIndex index, int entries) throws IOException {
    for (int i = 0; i <= entries; i++) {
      for (int over : new int[] {0, STEP - 1}) {
        OffsetIndex.Entry found = index.floor(BASE + STEP * i + over);
        assertThat(found.index()).isEqualTo(i - 1);
        assertThat(found.position()).isEqualTo(100 * i);
      }
    }
  }

  private OffsetIndex index() {
    return new OffsetIndex(world.disk(), directory.resolve("0.index"), BASE, 0, new LookupMemory());
  }
}
