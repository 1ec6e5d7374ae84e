package io.millrace.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [Disk] keeps while nothing goes wrong.
public abstract class DiskContract {

  protected Stage stage;
  protected Disk disk;
  protected Path directory;

  protected abstract Stage open();

  @BeforeEach
  void openStage() {
    stage = open();
    disk = stage.world().disk();
    directory = stage.directory();
  }

  @AfterEach
  void closeStage() {
    stage.close();
  }

  private static ByteBuffer heap(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  private static ByteBuffer direct(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  private static String read(DiskFile file, int length, long position) throws IOException {
    ByteBuffer dst = ByteBuffer.allocate(length);
    int n = file.read(dst, position);
    assertThat(dst.position()).isEqualTo(n);
    return new String(dst.array(), 0, n, UTF_8);
  }

  @Test
  void readsWhatWasWrittenFromHeapAndDirectMemory() throws IOException {
    DiskFile file = disk.open(directory.resolve("f"));
    ByteBuffer first = direct("hello ");
    ByteBuffer second = heap("world");
    file.write(first, 0);
    file.write(second, 6);
    assertThat(first.hasRemaining() || second.hasRemaining()).isFalse();
    file.write(direct("W"), 6);

    assertThat(file.size()).isEqualTo(11);
    assertThat(disk.size(directory.resolve("f"))).isEqualTo(11);
    assertThat(read(file, 11, 0)).isEqualTo("hello World");
    assertThat(read(file, 100, 6)).isEqualTo("World");
    assertThat(read(file, 100, 11)).isEmpty();
    assertThat(read(file, 100, 99)).isEmpty();
    file.release();
    assertThat(disk.read(directory.resolve("f"))).isEqualTo("hello World".getBytes(UTF_8));
  }

  @Test
  void writesOnlyTheRemainingPartOfABuffer() throws IOException {
    DiskFile file = disk.open(directory.resolve("f"));
    file.write(direct("..abc..").position(2).limit(5), 0);
    file.write(heap("..def..").position(2).limit(5).slice(), 3);
    assertThat(read(file, 9, 0)).isEqualTo("abcdef");
    file.release();
  }

  @Test
  void fillsAHoleWithZeros() throws IOException {
    DiskFile file = disk.open(directory.resolve("f"));
    file.write(direct("x"), 5000);
    assertThat(file.size()).isEqualTo(5001);
    assertThat(read(file, 5001, 0)).isEqualTo("\0".repeat(5000) + "x");
    file.release();
  }

  @Test
  void cutsAndExtends() throws IOException {
    DiskFile file = disk.open(directory.resolve("f"));
    file.write(direct("abcdef"), 0);
    file.truncate(2);
    assertThat(file.size()).isEqualTo(2);
    file.truncate(4);
    assertThat(read(file, 9, 0)).isEqualTo("ab\0\0");
    file.write(direct("z"), 4);
    file.sync();
    assertThat(read(file, 9, 0)).isEqualTo("ab\0\0z");
    file.release();
  }

  @Test
  void keepsTheFileUntilTheLastReferenceIsGone() throws IOException {
    Path path = directory.resolve("f");
    DiskFile file = disk.open(path);
    file.write(direct("abc"), 0);
    file.retain();
    file.release();
    disk.delete(path);
    assertThat(disk.exists(path)).isFalse();
    assertThat(read(file, 3, 0)).isEqualTo("abc");
    file.release();
    assertThatThrownBy(file::retain).isInstanceOf(Invariant.Violation.class);
    assertThatThrownBy(() -> read(file, 3, 0)).isInstanceOf(IOException.class);
  }

  @Test
  void opensAnExistingFileAsItIs() throws IOException {
    Path path = directory.resolve("f");
    DiskFile writer = disk.open(path);
    writer.write(direct("abc"), 0);
    DiskFile reader = disk.openForRead(path);
    assertThat(read(reader, 3, 0)).isEqualTo("abc");
    assertThatThrownBy(() -> reader.write(direct("x"), 0)).isInstanceOfAny(Exception.class);
    writer.write(direct("d"), 3);
    assertThat(read(reader, 9, 0)).isEqualTo("abcd");
    writer.release();
    DiskFile again = disk.open(path);
    assertThat(again.size()).isEqualTo(4);
    again.release();
    reader.release();
  }

  @Test
  void saysWhichFileIsMissing() {
    Path path = directory.resolve("missing");
    assertThatThrownBy(() -> disk.openForRead(path))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(path.toString());
    assertThatThrownBy(() -> disk.read(path)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.size(path)).hasMessageContaining(path.toString());
    assertThatThrownBy(() -> disk.list(path)).hasMessageContaining(path.toString());
    assertThatThrownBy(() -> disk.open(path.resolve("f"))).hasMessageContaining(path.toString());
    assertThatThrownBy(() -> disk.rename(path, directory.resolve("x")))
        .hasMessageContaining(path.toString());
    assertThat(disk.exists(path)).isFalse();
    assertThat(disk.isDirectory(path)).isFalse();
  }

  @Test
  void listsSortedNames() throws IOException {
    disk.createDirectories(directory.resolve("d/e"));
    disk.open(directory.resolve("d/c")).release();
    disk.open(directory.resolve("d/a")).release();
    disk.open(directory.resolve("d/e/x")).release();
    assertThat(disk.list(directory.resolve("d"))).containsExactly("a", "c", "e");
    assertThat(disk.isDirectory(directory.resolve("d/e"))).isTrue();
    assertThat(disk.isDirectory(directory.resolve("d/a"))).isFalse();
    disk.createDirectories(directory.resolve("d/e"));
    disk.syncDirectory(directory.resolve("d"));
  }

  @Test
  void deletesFilesAndTrees() throws IOException {
    disk.createDirectories(directory.resolve("d/e"));
    disk.open(directory.resolve("d/e/x")).release();
    assertThatThrownBy(() -> disk.delete(directory.resolve("d")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("d");
    disk.deleteTree(directory.resolve("d"));
    assertThat(disk.exists(directory.resolve("d"))).isFalse();
    disk.deleteTree(directory.resolve("d"));
    disk.delete(directory.resolve("d"));
    disk.createDirectories(directory.resolve("empty"));
    disk.delete(directory.resolve("empty"));
    assertThat(disk.list(directory)).isEmpty();
  }

  @Test
  void renamesFilesAndDirectoriesInPlaceOfOthers() throws IOException {
    DiskFile file = disk.open(directory.resolve("a"));
    disk.open(directory.resolve("b")).release();
    disk.rename(directory.resolve("a"), directory.resolve("b"));
    file.renamed(directory.resolve("b"));
    assertThat(file.path()).isEqualTo(directory.resolve("b"));
    file.write(direct("abc"), 0);
    file.release();
    assertThat(disk.list(directory)).containsExactly("b");
    assertThat(disk.read(directory.resolve("b"))).isEqualTo("abc".getBytes(UTF_8));

    disk.createDirectories(directory.resolve("d"));
    disk.open(directory.resolve("d/x")).release();
    disk.rename(directory.resolve("d"), directory.resolve("e"));
    assertThat(disk.list(directory.resolve("e"))).containsExactly("x");
    assertThat(disk.exists(directory.resolve("d"))).isFalse();
  }

  @Test
  void replacesASmallFile() throws IOException {
    Path path = directory.resolve("checkpoint");
    disk.replace(path, "one".getBytes(UTF_8));
    disk.replace(path, "2".getBytes(UTF_8));
    assertThat(disk.read(path)).isEqualTo("2".getBytes(UTF_8));
    assertThat(disk.list(directory)).containsExactly("checkpoint");
  }

  @Test
  void remembersModificationTimes() throws IOException {
    Path path = directory.resolve("f");
    disk.open(path).release();
    disk.setLastModifiedMs(path, 1_234_567_000);
    assertThat(disk.lastModifiedMs(path)).isEqualTo(1_234_567_000);
  }

  @Test
  void knowsItsVolume() throws IOException {
    assertThat(disk.totalBytes(directory)).isPositive();
    assertThat(disk.usableBytes(directory)).isBetween(1L, disk.totalBytes(directory));
  }

  @Test
  void locksADirectoryOnce() throws Exception {
    Path lock = directory.resolve(".lock");
    AutoCloseable held = disk.lock(lock);
    assertThatThrownBy(() -> disk.lock(lock))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(lock.toString());
    held.close();
    disk.lock(lock).close();
  }

  @Test
  void takesWhatWasJustWrittenForResident() throws IOException {
    DiskFile file = disk.open(directory.resolve("f"));
    file.write(ByteBuffer.allocateDirect(100_000), 0);
    assertThat(file.isResident(50_000, 50_000)).isTrue();
    file.write(ByteBuffer.allocateDirect(100_000), 100_000);
    assertThat(file.isResident(100, 199_900)).isTrue();
    assertThat(file.isResident(150_000, 100_000)).isFalse();
    file.release();
  }
}
