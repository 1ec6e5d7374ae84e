package io.millrace.runtime.real;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.runtime.DiskFile;
import io.millrace.runtime.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What real files do beyond the contract, with the system calls linked.
class NioFileTest {

  private final NioDisk disk = new NioDisk();

  @TempDir private Path directory;

  @BeforeEach
  void link() {
    assumeThat(LibC.supported()).isTrue();
    LibC.link();
  }

  private static ByteBuffer direct(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  @Test
  void writesDirectMemoryThroughItsOwnDescriptor() throws IOException {
    DiskFile file = disk.open(directory.resolve("f"));
    ByteBuffer part = direct("..abc..").position(2).limit(5);
    file.write(part, 3);
    assertThat(part.hasRemaining()).isFalse();
    file.write(direct("d"), 6);
    file.release();
    assertThat(Files.readString(directory.resolve("f"))).isEqualTo("\0\0\0abcd");
  }

  @Test
  void neverWritesToAnotherFileThatHasTakenThePath() throws IOException {
    Path path = directory.resolve("f");
    DiskFile file = disk.open(path);
    Files.move(path, directory.resolve("g"));
    Files.writeString(path, "other");
    file.write(direct("abc"), 0);
    file.release();
    assertThat(Files.readString(path)).isEqualTo("other");
    assertThat(Files.readString(directory.resolve("g"))).isEqualTo("abc");
  }

  @Test
  void writesOnAfterTheFileWasDeleted() throws IOException {
    Path path = directory.resolve("f");
    DiskFile file = disk.open(path);
    Files.delete(path);
    file.write(direct("abc"), 0);
    assertThat(file.size()).isEqualTo(3);
    file.release();
  }

  @Test
  void tellsAFullVolumeFromOtherErrors() throws IOException {
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    DiskFile file = disk.open(full);
    assertThatThrownBy(() -> file.write(direct("abc"), 0))
        .isInstanceOf(DiskFullException.class)
        .hasMessageContaining("/dev/full");
    file.release();
  }

  @Test
  void probesThePageCache() throws IOException {
    Path path = directory.resolve("f");
    Files.write(path, new byte[1_000_000]);
    DiskFile file = disk.openForRead(path);
    assertThat(file.isResident(0, 1_000_000)).isTrue();
    assertThat(file.isResident(999_999, 1)).isTrue();
    assertThat(file.isResident(5_000, 20_000)).isTrue();
    assertThat(file.isResident(900_000, 200_000)).isFalse();
    file.release();
    assertThat(file.isResident(0, 1)).isFalse();
  }

  @Test
  void bothWaysToAskForPagesAgree() throws IOException {
    Path path = directory.resolve("f");
    Files.write(path, new byte[300_000]);
    RawFile file = new RawFile(path, false, new Semaphore(1));
    for (int position = 0; position < 400_000; position += 33_333) {
      for (int length : new int[] {1, 4_096, 70_000}) {
        assertThat(file.isResident(path, position, length))
            .as("%s bytes at %s", length, position)
            .isEqualTo(file.isMappedResident(path, position, length));
      }
    }
    file.close();
    assertThat(file.isResident(path, 0, 1)).isFalse();
  }

  @Test
  void keepsNoMoreDescriptorsThanItMay() throws IOException {
    Path path = directory.resolve("f");
    Files.createFile(path);
    Semaphore one = new Semaphore(1);
    RawFile first = new RawFile(path, true, one);
    RawFile second = new RawFile(path, true, one);
    assertThat(first.write(path, direct("abc"), 0)).isEqualTo(3);
    assertThat(second.write(path, direct("xyz"), 0)).as("left to the channel").isZero();
    first.close();
    second.close();
    RawFile third = new RawFile(path, true, one);
    assertThat(third.write(path, direct("de"), 3)).isEqualTo(2);
    third.close();
    assertThat(Files.readString(path)).isEqualTo("abcde");
    assertThat(one.availablePermits()).isEqualTo(1);
  }

  @Test
  void cannotProbeAFileThatIsGone() throws IOException {
    Path path = directory.resolve("f");
    Files.write(path, new byte[10_000]);
    DiskFile file = disk.openForRead(path);
    Files.delete(path);
    assertThat(file.isResident(0, 10_000)).isFalse();
    file.release();
  }
}
