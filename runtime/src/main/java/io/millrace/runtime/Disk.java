package io.millrace.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The file system. All calls block for as long as the kernel does; those that reach the device
/// (the `sync` family, [#replace]) belong on workers or a dedicated loop. Thread-safe.
///
/// Every failure is an [IOException] whose message names the path; callers treat it as an operating
/// error of the log directory that holds the path, never as a bug.
public interface Disk {

  /// Opens for reading and writing, creating an empty file if there is none. The caller owns the
  /// one reference that the file starts with.
  DiskFile open(Path path) throws IOException;

  /// Opens an existing file for reading only.
  DiskFile openForRead(Path path) throws IOException;

  boolean exists(Path path);

  boolean isDirectory(Path path);

  /// Bytes in the file.
  long size(Path path) throws IOException;

  /// Names (not paths) of the directory's entries, sorted.
  List<String> list(Path directory) throws IOException;

  void createDirectories(Path directory) throws IOException;

  /// Removes a file or an empty directory; nothing happens when there is none.
  void delete(Path path) throws IOException;

  /// Removes a directory with everything in it; nothing happens when there is none.
  void deleteTree(Path directory) throws IOException;

  /// Moves atomically, replacing a file at `to`. Durable only after [#syncDirectory] of the parent.
  void rename(Path from, Path to) throws IOException;

  /// Makes created, renamed and deleted entries of the directory durable.
  void syncDirectory(Path directory) throws IOException;

  /// The whole content of a small file.
  byte[] read(Path path) throws IOException;

  /// Replaces a small file's content atomically and durably (temporary file, sync, rename, sync of
  /// the directory): after a crash there is the old content or the new, never a mixture.
  void replace(Path path, byte[] content) throws IOException;

  /// Last modification, milliseconds since 1970 (retention of segments without timestamps).
  long lastModifiedMs(Path path) throws IOException;

  void setLastModifiedMs(Path path, long ms) throws IOException;

  /// Bytes that can still be written to the volume of this path.
  long usableBytes(Path path) throws IOException;

  /// Bytes in all on the volume of this path.
  long totalBytes(Path path) throws IOException;

  /// Names the run of the machine whose page cache stands between writers and devices. While the
  /// name is the same, all that was written by any process can be read, synced or not; another name
  /// means that what was not synced may be gone in part (a power failure, a crash of the kernel, or
  /// only a restart). Null where nobody knows.
  @Nullable String bootId();

  /// Takes the exclusive lock of a data directory, as Kafka's `.lock`; held until closed or the
  /// process ends. Fails at once when another process holds it.
  AutoCloseable lock(Path lockFile) throws IOException;
}
