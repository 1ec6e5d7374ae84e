package io.millrace.log;

import static io.millrace.log.Batches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an append and a read allocate does not grow with the records.
class AllocationTest {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path temp = Path.of("");
  private LogFixture on = new LogFixture(temp);

  @BeforeEach
  void open() {
    on.close();
    on = new LogFixture(temp);
  }

  @AfterEach
  void close() {
    on.close();
  }

  /// Median of the bytes that a step allocates.
  private static long allocated(Runnable step) {
    long[] bytes = new long[201];
    for (int i = 0; i < bytes.length; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      step.run();
      bytes[i] = THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    Arrays.sort(bytes);
    return bytes[bytes.length / 2];
  }

  private long appending(int records) {
    ByteBuffer bytes = batch().values(100).of(records);
    return allocated(() -> {
      bytes.clear().putLong(0, 0);
      assertThat(on.append(bytes) instanceof AppendOutcome.Appended).isTrue();
    });
  }

  private long reading(int maxBytes) {
    return allocated(() -> {
      LogRead read = on.log().read(3, maxBytes, on.log().logEndOffset(), true);
      if (read instanceof LogRead.Data data) {
        data.slice().release();
      }
    });
  }

  @Test
  void anAppendAllocatesNothingForItsRecords() {
    long few = appending(1);
    long many = appending(1_000);
    assertThat(many).isLessThanOrEqualTo(few + 64);
    assertThat(few).isLessThan(4_096);
  }

  @Test
  void aReadAllocatesNothingForWhatItFinds() {
    appending(10);
    long few = reading(1);
    long many = reading(1 << 30);
    assertThat(many).isLessThanOrEqualTo(few + 64);
    assertThat(few).as("a lookup in the files, with a buffer used before").isLessThan(1_024);
  }
}
