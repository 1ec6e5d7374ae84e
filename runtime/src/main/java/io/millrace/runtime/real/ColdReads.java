package io.millrace.runtime.real;

import io.millrace.runtime.DiskFile;
import io.millrace.runtime.Workers;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Brings file ranges into the page cache on a small pool, so that `sendfile` on a loop does not
/// wait for the device. Reads them for real: `readahead` returns before the pages are there.
final class ColdReads {

  private static final int STEP_BYTES = 256 * 1024;

  private final Workers workers;
  private final ThreadLocal<ByteBuffer> scratch =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(STEP_BYTES));

  ColdReads(Workers workers) {
    this.workers = workers;
  }

  /// Reads the range on a worker, then runs `then` there. A range that cannot be read counts as
  /// done: sending it will fail and say why. Holds a reference to the file meanwhile.
  void warm(DiskFile file, long position, int length, Runnable then) {
    file.retain();
    workers.execute(() -> {
      try {
        read(file, position, length);
      } catch (IOException e) {
        // See above.
      } finally {
        file.release();
        then.run();
      }
    });
  }

  private void read(DiskFile file, long position, int length) throws IOException {
    ByteBuffer buffer = scratch.get();
    int done = 0;
    while (done < length) {
      buffer.clear().limit(Math.min(STEP_BYTES, length - done));
      int n = file.read(buffer, position + done);
      if (n == 0) {
        return;
      }
      done += n;
    }
  }
}
