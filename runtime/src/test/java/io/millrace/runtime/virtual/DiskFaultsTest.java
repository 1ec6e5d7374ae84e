package io.millrace.runtime.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.DiskFile;
import io.millrace.runtime.DiskFullException;
import io.millrace.runtime.virtual.DiskFaults.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DiskFaultsTest {

  private final VirtualWorld world = VirtualWorld.builder(7).build();
  private final VirtualNode node = world.node("n1");
  private final VirtualDisk disk = node.disk();

  @Test
  void failsTheNextOperationsOfAKind() throws IOException {
    DiskFile file = disk.open(Path.of("/f"));
    disk.faults().failNext(Operation.SYNC, 2);
    file.write(ByteBuffer.allocate(10), 0);
    assertThatThrownBy(file::sync).isInstanceOf(IOException.class).hasMessageContaining("/f");
    assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
    file.sync();
  }

  @Test
  void failsAShareOfTheOperations() throws IOException {
    DiskFile file = disk.open(Path.of("/f"));
    disk.faults().errors(Operation.WRITE, 0.3);
    int failed = 0;
    for (int i = 0; i < 1000; i++) {
      try {
        file.write(ByteBuffer.allocate(1), 0);
      } catch (IOException e) {
        failed++;
      }
    }
    assertThat(failed).isBetween(200, 400);
  }

  @Test
  void tellsAFullVolumeFromOtherErrors() throws IOException {
    disk.faults().capacity(10_000);
    DiskFile file = disk.open(Path.of("/f"));
    file.write(ByteBuffer.allocate(9_000), 0);
    assertThat(disk.usableBytes(Path.of("/"))).isEqualTo(1_000);
    assertThatThrownBy(() -> file.write(ByteBuffer.allocate(2_000), 9_000))
        .isInstanceOf(DiskFullException.class)
        .hasMessageContaining("/f");
    assertThat(file.size()).isBetween(9_000L, 10_000L);
    file.write(ByteBuffer.allocate(9_000), 0);
    disk.delete(Path.of("/f"));
    assertThat(disk.usableBytes(Path.of("/"))).isLessThanOrEqualTo(1_000);
    file.release();
    assertThat(disk.usableBytes(Path.of("/"))).isEqualTo(10_000);
  }

  @Test
  void losesADirectoryAndGetsItBack() throws IOException {
    disk.createDirectories(Path.of("/a"));
    disk.createDirectories(Path.of("/b"));
    DiskFile file = disk.open(Path.of("/a/f"));
    disk.faults().die(Path.of("/a"));
    assertThatThrownBy(() -> file.write(ByteBuffer.allocate(1), 0)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> disk.list(Path.of("/a"))).isInstanceOf(IOException.class);
    disk.open(Path.of("/b/f")).write(ByteBuffer.allocate(1), 0);
    disk.faults().revive(Path.of("/a"));
    file.write(ByteBuffer.allocate(1), 0);
  }

  @Test
  void flipsBitsInReadsOrForGood() throws IOException {
    DiskFile file = disk.open(Path.of("/f"));
    file.write(ByteBuffer.allocate(1000), 0);
    disk.faults().flips(1);
    assertThat(bitsSet(file)).isEqualTo(1);
    disk.faults().flips(0);
    assertThat(bitsSet(file)).isZero();
    disk.flipBit(Path.of("/f"), 4001);
    assertThat(bitsSet(file)).isEqualTo(1);
  }

  private static int bitsSet(DiskFile file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(1000);
    file.read(bytes, 0);
    int bits = 0;
    for (byte b : bytes.array()) {
      bits += Integer.bitCount(b & 0xff);
    }
    return bits;
  }

  @Test
  void takesItsTimeWhenSlow() throws IOException {
    DiskFile file = disk.open(Path.of("/f"));
    long[] took = new long[2];
    for (int i = 0; i < 2; i++) {
      int turn = i;
      disk.faults().slow(i == 0 ? 1 : 1000);
      node.workers()
          .execute(() -> {
            long start = node.clock().nanos();
            try {
              file.sync();
            } catch (IOException e) {
              throw new AssertionError(e);
            }
            took[turn] = node.clock().nanos() - start;
          });
      world.runFor(10_000_000_000L);
    }
    assertThat(took[0]).isBetween(1L, 2_000_000L);
    assertThat(took[1]).isGreaterThan(100 * took[0]);
  }

  @Test
  void delaysWhatAStepDoesAfterABlockingCall() throws IOException {
    DiskFile file = disk.open(Path.of("/f"));
    disk.faults().syncNanos(50_000_000);
    long[] told = new long[1];
    long start = world.nanos();
    node.workers()
        .execute(() -> {
          try {
            file.sync();
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          node.loops().getFirst().execute(() -> told[0] = world.nanos());
        });
    world.runFor(1_000_000_000);
    assertThat(told[0] - start).isGreaterThan(25_000_000);
  }
}
