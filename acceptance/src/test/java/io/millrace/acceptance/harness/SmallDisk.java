package io.millrace.acceptance.harness;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file system of a few mebibytes, so that a node's disk can be full and nobody else's.
///
/// It is a tmpfs in a mount namespace, held by a process of ours; what runs on it joins that
/// namespace. Making one takes either the right of users to have namespaces, or root. A container
/// that has neither has a small `/dev/shm`, of which a ballast leaves as much as is asked for.
public final class SmallDisk implements AutoCloseable {

  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final long MEBIBYTE = 1 << 20;

  /// No test takes longer: what is left over by a killed run goes away by itself.
  private static final String HELD_SECONDS = "1200";

  private final Path directory;
  private final List<String> entrance;
  private final Program.@Nullable Running holder;

  private SmallDisk(Path directory, List<String> entrance, Program.@Nullable Running holder) {
    this.directory = directory;
    this.entrance = entrance;
    this.holder = holder;
  }

  /// @param size free bytes, in MiB
  public static SmallDisk ofMebibytes(int size) {
    List<String> refusals = new ArrayList<>();
    SmallDisk mounted = mounted(size, true, refusals);
    if (mounted == null) {
      mounted = mounted(size, false, refusals);
    }
    if (mounted == null) {
      mounted = sharedMemory(size, refusals);
    }
    if (mounted == null) {
      throw new AssertionError("no small file system to be had here:\n" + refusals);
    }
    return mounted;
  }

  private static @Nullable SmallDisk mounted(int size, boolean asUser, List<String> refusals) {
    Path directory = Suite.scratchDirectory("disk");
    List<String> arguments = new ArrayList<>();
    if (asUser) {
      arguments.addAll(List.of("--user", "--map-root-user"));
    }
    String script =
        "mount -t tmpfs -o size=" + size + "m none \"$0\" && echo mounted && exec sleep $1";
    arguments.addAll(List.of("--mount", "sh", "-c", script, directory.toString(), HELD_SECONDS));
    Program.Running holder =
        Program.ofSystem("unshare", "util-linux", arguments.toArray(String[]::new)).start();
    Await.untilTrue(
        "a tmpfs is mounted, or refused",
        () -> holder.out().contains("mounted") || !holder.isAlive());
    if (!holder.isAlive()) {
      refusals.add("unshare " + arguments + ": " + holder.err());
      holder.close();
      Suite.delete(directory);
      return null;
    }
    List<String> entrance =
        new ArrayList<>(List.of("nsenter", "--target", Long.toString(holder.handle().pid())));
    if (asUser) {
      entrance.addAll(List.of("--user", "--preserve-credentials"));
    }
    entrance.addAll(List.of("--mount", "--"));
    return new SmallDisk(directory, entrance, holder);
  }

  private static @Nullable SmallDisk sharedMemory(int size, List<String> refusals) {
    try {
      FileStore store = Files.getFileStore(SHARED_MEMORY);
      long ballast = store.getUsableSpace() - size * MEBIBYTE;
      if (ballast < 0 || store.getTotalSpace() > 1024 * MEBIBYTE) {
        refusals.add(SHARED_MEMORY + " has " + store.getTotalSpace() + " bytes");
        return null;
      }
      Path directory = Files.createTempDirectory(SHARED_MEMORY, "millrace");
      byte[] piece = new byte[(int) MEBIBYTE];
      try (var out = Files.newOutputStream(directory.resolve("ballast"))) {
        for (; ballast >= piece.length; ballast -= piece.length) {
          out.write(piece);
        }
      }
      return new SmallDisk(directory, List.of(), null);
    } catch (IOException e) {
      refusals.add(e.toString());
      return null;
    }
  }

  /// Its root, as those see it who are [#inside].
  public Path directory() {
    return directory;
  }

  /// The program, which sees the file system.
  public Program inside(Program program) {
    return program.behind(entrance);
  }

  @Override
  public void close() {
    if (holder != null) {
      holder.close();
    }
    Suite.delete(directory);
  }
}
