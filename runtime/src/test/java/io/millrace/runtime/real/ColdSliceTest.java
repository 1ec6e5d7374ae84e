package io.millrace.runtime.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.DiskFile;
import io.millrace.runtime.FileSlice;
import io.millrace.runtime.Peer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// A slice that is not in the page cache is read elsewhere before the loop sends it.
class ColdSliceTest {

  /// A file that takes nothing for resident, and remembers who read it.
  private static final class ColdFile implements DiskFile {
    private final DiskFile file;
    private final CopyOnWriteArraySet<String> readers = new CopyOnWriteArraySet<>();
    private final AtomicBoolean readOnLoopFirst = new AtomicBoolean();

    ColdFile(DiskFile file) {
      this.file = file;
    }

    @Override
    public Path path() {
      return file.path();
    }

    @Override
    public void renamed(Path to) {
      file.renamed(to);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public int read(ByteBuffer dst, long position) throws IOException {
      String reader = Thread.currentThread().getName();
      if (readers.isEmpty() && reader.startsWith("loop")) {
        readOnLoopFirst.set(true);
      }
      readers.add(reader);
      return file.read(dst, position);
    }

    @Override
    public void write(ByteBuffer src, long position) throws IOException {
      file.write(src, position);
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void sync() throws IOException {
      file.sync();
    }

    @Override
    public boolean isResident(long position, long length) {
      return false;
    }

    @Override
    public void retain() {
      file.retain();
    }

    @Override
    public void release() {
      file.release();
    }
  }

  @Test
  void isReadByThePoolAndSentInItsPlace() throws IOException {
    try (RealStage stage = new RealStage(true)) {
      byte[] content = new byte[3_000_000];
      new Random(1).nextBytes(content);
      ColdFile file = new ColdFile(stage.world().disk().open(stage.directory().resolve("f")));
      file.write(ByteBuffer.wrap(content), 0);
      Peer server = new Peer();
      Peer client = new Peer();
      var acceptor = stage.world().network().listen("127.0.0.1", 0, () -> server);
      stage
          .world()
          .network()
          .connect(stage.world().loops().getFirst(), "127.0.0.1", acceptor.port(), 10_000, client);
      stage.await(server.opened);
      CompletableFuture<byte[]> arrived = server.received(2_500_000 + 100 + 2);
      stage.await(
          client.run(c -> {
            file.retain();
            c.write(new FileSlice(file, 7, 2_500_000));
            c.reserve(1).put((byte) 1);
            c.commit();
            file.retain();
            c.write(new FileSlice(file, 0, 100));
            c.reserve(1).put((byte) 2);
            c.commit();
            c.flush();
          }));
      ByteBuffer expected =
          ByteBuffer.allocate(2_500_102)
              .put(content, 7, 2_500_000)
              .put((byte) 1)
              .put(content, 0, 100)
              .put((byte) 2);
      assertThat(Arrays.equals(stage.await(arrived), expected.array())).isTrue();
      assertThat(file.readers).anyMatch(reader -> reader.startsWith("cold-reader"));
      assertThat(file.readOnLoopFirst).isFalse();
      stage.await(client.run(c -> assertThat(c.queuedBytes()).isZero()));
      file.release();
    }
  }
}
