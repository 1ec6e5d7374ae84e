package io.millrace.runtime.real;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.DiskFullException;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The machine's file systems.
final class NioDisk implements Disk {

  private static final @Nullable String BOOT_ID = readBootId();

  /// Lock files that this process holds.
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

  @Override
  public DiskFile open(Path path) throws IOException {
    return open(path, true, CREATE, READ, WRITE);
  }

  @Override
  public DiskFile openForRead(Path path) throws IOException {
    return open(path, false, READ);
  }

  private static DiskFile open(Path path, boolean writable, OpenOption... options)
      throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(path, options);
    } catch (IOException e) {
      throw writable && isFull(path, e, 0)
          ? new DiskFullException(path, e)
          : failed("cannot open", path, e);
    }
    try {
      return new NioFile(path, channel, writable);
    } catch (IOException e) {
      channel.close();
      throw failed("cannot open", path, e);
    }
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(path);
  }

  @Override
  public boolean isDirectory(Path path) {
    return Files.isDirectory(path);
  }

  @Override
  public long size(Path path) throws IOException {
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw failed("cannot read the size of", path, e);
    }
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    // One call for the whole directory, where a stream makes a path of every entry: a start lists
    // tens of thousands of folders.
    String[] names = directory.toFile().list();
    if (names != null) {
      Arrays.sort(names);
      return List.of(names);
    }
    // It says why not.
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw failed("cannot list", directory, e);
    }
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw writeFailed("cannot create the directory", directory, e);
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    try {
      Files.deleteIfExists(path);
    } catch (DirectoryNotEmptyException e) {
      throw new IOException("cannot delete " + path + ": the directory is not empty", e);
    } catch (IOException e) {
      throw failed("cannot delete", path, e);
    }
  }

  @Override
  public void deleteTree(Path directory) throws IOException {
    if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      for (String name : list(directory)) {
        deleteTree(directory.resolve(name));
      }
    }
    delete(directory);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw writeFailed("cannot rename to " + to + " from", from, e);
    }
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    if (System.getProperty("os.name").startsWith("Windows")) {
      return; // No such thing there: a directory cannot be opened, renames are journalled.
    }
    try (FileChannel channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw failed("cannot sync the directory", directory, e);
    }
  }

  @Override
  public byte[] read(Path path) throws IOException {
    // Without the channel that `Files` makes for it: a start reads tens of thousands.
    try (FileInputStream file = new FileInputStream(path.toFile())) {
      return file.readAllBytes();
    } catch (FileNotFoundException _) {
      return readOrSayWhyNot(path);
    } catch (IOException e) {
      throw failed("cannot read", path, e);
    }
  }

  private static byte[] readOrSayWhyNot(Path path) throws IOException {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw failed("cannot read", path, e);
    }
  }

  @Override
  public void replace(Path path, byte[] content) throws IOException {
    Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
    try (FileChannel channel = FileChannel.open(temporary, CREATE, WRITE, TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw writeFailed("cannot write", temporary, e);
    }
    rename(temporary, path);
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null) {
      syncDirectory(parent);
    }
  }

  @Override
  public long lastModifiedMs(Path path) throws IOException {
    try {
      return Files.getLastModifiedTime(path).toMillis();
    } catch (IOException e) {
      throw failed("cannot read the modification time of", path, e);
    }
  }

  @Override
  public void setLastModifiedMs(Path path, long ms) throws IOException {
    try {
      Files.setLastModifiedTime(path, FileTime.fromMillis(ms));
    } catch (IOException e) {
      throw failed("cannot set the modification time of", path, e);
    }
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    try {
      return Files.getFileStore(path).getUsableSpace();
    } catch (IOException e) {
      throw failed("cannot read the free space of", path, e);
    }
  }

  @Override
  public long totalBytes(Path path) throws IOException {
    try {
      return Files.getFileStore(path).getTotalSpace();
    } catch (IOException e) {
      throw failed("cannot read the size of the volume of", path, e);
    }
  }

  @Override
  public @Nullable String bootId() {
    return BOOT_ID;
  }

  /// Linux draws it anew at every boot, the same for all containers of a machine.
  private static @Nullable String readBootId() {
    try {
      String id = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).trim();
      return id.isEmpty() ? null : id;
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public AutoCloseable lock(Path lockFile) throws IOException {
    Path key = lockFile.toAbsolutePath().normalize();
    // The system's lock ends when any descriptor of the file is closed, so a second attempt of this
    // process must not even open it.
    if (!LOCKED.add(key)) {
      throw locked(lockFile);
    }
    try {
      return lockOnce(lockFile, key);
    } catch (IOException e) {
      LOCKED.remove(key);
      throw writeFailed("cannot lock", lockFile, e);
    }
  }

  private static AutoCloseable lockOnce(Path lockFile, Path key) throws IOException {
    FileChannel channel = FileChannel.open(lockFile, CREATE, WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw locked(lockFile);
    }
    return () -> {
      channel.close();
      LOCKED.remove(key);
    };
  }

  private static FileSystemException locked(Path lockFile) {
    return new FileSystemException(
        lockFile.toString(), null, "locked: another process uses this directory");
  }

  /// Whether a failed write failed for want of space. The system's message is in the user's
  /// language, so the volume is asked too.
  static boolean isFull(Path path, IOException cause, long bytes) {
    String message = String.valueOf(cause.getMessage());
    if (message.contains("No space left") || message.contains("quota exceeded")) {
      return true;
    }
    try {
      Path existing = Files.exists(path) ? path : path.toAbsolutePath().getParent();
      return existing != null && Files.getFileStore(existing).getUsableSpace() < bytes;
    } catch (IOException e) {
      return false;
    }
  }

  private static IOException writeFailed(String what, Path path, IOException cause) {
    return isFull(path, cause, 1) ? new DiskFullException(path, cause) : failed(what, path, cause);
  }

  /// NIO's own exceptions name the path and tell the kind by their type; the others do not.
  private static IOException failed(String what, Path path, IOException cause) {
    return cause instanceof FileSystemException
        ? cause
        : new IOException(what + " " + path + ": " + cause, cause);
  }
}
