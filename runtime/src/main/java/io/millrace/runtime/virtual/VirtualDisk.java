package io.millrace.runtime.virtual;

import io.millrace.runtime.Clock;
import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.DiskFullException;
import io.millrace.runtime.virtual.DiskFaults.Operation;
import io.millrace.runtime.virtual.Entries.Directory;
import io.millrace.runtime.virtual.Entries.Inode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The disk of one machine; outlives its incarnations. Paths are taken from the root, whether they
/// are absolute or not.
public final class VirtualDisk implements Disk {

  /// Ends the node that runs, with or without its power.
  interface Crasher {
    void crash(boolean power);
  }

  private final String name;
  private final Scheduler scheduler;
  private final Clock clock;
  private final Crasher crasher;
  private final RandomGenerator losses;
  private final DiskFaults faults;
  private final Entries entries = new Entries();
  private final TreeSet<Path> locks = new TreeSet<>();
  private final CRC32C crc = new CRC32C();
  private final Set<VirtualFile> handles = new LinkedHashSet<>();
  private int mount;
  private boolean mounted;
  private int boots = 1;
  private long usedBytes;

  VirtualDisk(
      String name, Scheduler scheduler, Clock clock, VirtualEntropy entropy, Crasher crasher) {
    this.name = name;
    this.scheduler = scheduler;
    this.clock = clock;
    this.crasher = crasher;
    this.losses = entropy.stream("disk losses");
    this.faults = new DiskFaults(entropy.stream("disk faults"), entropy.stream("disk latencies"));
  }

  /// What goes wrong with it.
  public DiskFaults faults() {
    return faults;
  }

  /// Damages the file for good: one bit, counted from the file's beginning.
  public void flipBit(Path path, long bit) throws IOException {
    file(path).flipBit(bit);
  }

  // For who looks at it from outside: takes no time and leaves no trace.

  /// All files below a directory, in order; none when it is not there.
  public List<Path> filesBelow(Path directory) {
    List<Path> found = new ArrayList<>();
    if (find(directory) instanceof Directory top) {
      collectPaths(directory, top, found);
    }
    return found;
  }

  private static void collectPaths(Path at, Directory directory, List<Path> into) {
    directory.now.forEach((name, inode) -> {
      switch (inode) {
        case Directory below -> collectPaths(at.resolve(name), below, into);
        case FileContent _ -> into.add(at.resolve(name));
      }
    });
  }

  /// A file's bytes as the page cache has them; empty when there is no such file.
  public byte[] peek(Path path) {
    if (find(path) instanceof FileContent file) {
      ByteBuffer content = ByteBuffer.allocate(file.size());
      file.read(content, 0);
      return content.array();
    }
    return new byte[0];
  }

  /// The files that the running process has open.
  List<Holdings.HeldFile> held() {
    return handles.stream()
        .map(file ->
            new Holdings.HeldFile(
                file.path(), file.references(), file.content().equals(find(file.path()))))
        .toList();
  }

  // Life and death.

  void mount() {
    mount++;
    mounted = true;
  }

  /// The process has ended: its handles and locks are gone, and files that only they kept.
  void processEnded() {
    mounted = false;
    locks.clear();
    handles.clear();
    recount();
  }

  /// The power has failed.
  void powerLost() {
    boots++;
    entries.losePower(losses);
    for (FileContent file : files()) {
      file.losePower(scheduler.now(), losses);
    }
    processEnded();
  }

  /// The device is gone with all that was on it; another one, empty, takes its place. No process
  /// may run.
  public void lose() {
    if (mounted) {
      throw new IllegalStateException("a process uses the disk of " + name);
    }
    scheduler.trace().add(scheduler.now(), name, "lose disk", 0);
    entries.clear();
    recount();
  }

  private void recount() {
    usedBytes = 0;
    for (FileContent file : files()) {
      file.keepers = 1;
      usedBytes += file.size();
    }
  }

  private List<FileContent> files() {
    List<FileContent> found = new ArrayList<>();
    collect(entries.root(), found);
    return found;
  }

  private static void collect(Directory directory, List<FileContent> into) {
    for (Inode inode : directory.now.values()) {
      switch (inode) {
        case Directory below -> collect(below, into);
        case FileContent file -> into.add(file);
      }
    }
  }

  /// A handle of an incarnation that has ended can do nothing.
  void onMount(int ofMount) {
    if (!mounted || ofMount != mount) {
      throw new NodeCrashed(name);
    }
  }

  /// Every operation begins here: it is traced, takes its time, and may fail or be the node's last.
  private void begin(Operation kind, Path path, String what, long detail) throws IOException {
    begin(kind, path, what, detail, () -> {});
  }

  /// @param partly what a crash in the middle leaves of the operation
  private void begin(Operation kind, Path path, String what, long detail, Runnable partly)
      throws IOException {
    onMount(mount);
    long which = (long) path.toString().hashCode() << 32;
    scheduler.trace().add(scheduler.now(), name, what, which ^ detail);
    if (faults.crashIsDue()) {
      partly.run();
      crasher.crash(faults.takeCrash() == Crash.POWER);
      throw new NodeCrashed(name);
    }
    scheduler.elapse(faults.nanos(kind));
    faults.check(kind, path);
  }

  // Handles.

  @Override
  public DiskFile open(Path path) throws IOException {
    begin(Operation.ENTRY, path, "open", 0);
    Directory parent = parent(path);
    Inode inode = parent.now.get(fileName(path));
    if (inode == null) {
      FileContent created = new FileContent();
      created.modifiedMs = clock.wallMs();
      created.keepers = 1;
      entries.link(parent, fileName(path), created);
      return handle(created, path, true);
    }
    return handle(asFile(inode, path), path, true);
  }

  @Override
  public DiskFile openForRead(Path path) throws IOException {
    begin(Operation.ENTRY, path, "open", 1);
    return handle(file(path), path, false);
  }

  private VirtualFile handle(FileContent content, Path path, boolean writable) {
    content.keepers++;
    VirtualFile file = new VirtualFile(this, content, path, writable, mount);
    handles.add(file);
    return file;
  }

  void closed(VirtualFile file) {
    handles.remove(file);
    if (mounted && file.mount() == mount) {
      dropped(file.content());
    }
  }

  /// A handle or an entry does not keep the file any more.
  private void dropped(FileContent content) {
    content.keepers--;
    if (content.keepers == 0) {
      usedBytes -= content.size();
    }
  }

  int read(VirtualFile file, ByteBuffer dst, long position) throws IOException {
    onMount(file.mount());
    begin(Operation.READ, file.path(), "read", position);
    int start = dst.position();
    int n = file.content().read(dst, position);
    long flip = faults.flip(n);
    if (flip >= 0) {
      int at = start + (int) (flip / 8);
      dst.put(at, (byte) (dst.get(at) ^ (1 << (flip % 8))));
    }
    return n;
  }

  void write(VirtualFile file, ByteBuffer src, long position) throws IOException {
    onMount(file.mount());
    int length = src.remaining();
    crc.reset();
    crc.update(src.duplicate());
    begin(
        Operation.WRITE,
        file.path(),
        "write",
        Seeds.mix(position) ^ crc.getValue(),
        () -> store(file.content(), src, faults.partOf(length), position));
    long growth = Math.max(0, position + length - file.content().size());
    long room = faults.capacityBytes() - usedBytes;
    if (growth > room) {
      int fits = (int) Math.max(0, length - (growth - room));
      store(file.content(), src, faults.partOf(fits), position);
      throw new DiskFullException(file.path(), null);
    }
    store(file.content(), src, length, position);
  }

  private void store(FileContent content, ByteBuffer src, int length, long position) {
    int before = content.size();
    content.write(src, length, position);
    content.modifiedMs = clock.wallMs();
    usedBytes += content.size() - before;
  }

  void truncate(VirtualFile file, long size) throws IOException {
    onMount(file.mount());
    begin(Operation.WRITE, file.path(), "truncate", size);
    int before = file.content().size();
    file.content().truncate(size);
    file.content().modifiedMs = clock.wallMs();
    usedBytes += file.content().size() - before;
  }

  void sync(VirtualFile file) throws IOException {
    onMount(file.mount());
    begin(Operation.SYNC, file.path(), "sync", 0);
    // Counts from the event on, not from when the call returns: what the step does afterwards
    // (raise a
    // recovery point) is seen by other steps at once, so they must find it true at once.
    file.content().sync(scheduler.eventNanos(), scheduler.eventNanos());
  }

  // Names.

  private @Nullable Inode find(Path path) {
    Inode at = entries.root();
    for (Path element : path.normalize()) {
      if (!(at instanceof Directory directory)) {
        return null;
      }
      String entry = element.toString();
      if (!entry.isEmpty()) {
        Inode next = directory.now.get(entry);
        if (next == null) {
          return null;
        }
        at = next;
      }
    }
    return at;
  }

  private Inode get(Path path) throws IOException {
    Inode inode = find(path);
    if (inode == null) {
      throw new NoSuchFileException(path.toString());
    }
    return inode;
  }

  private FileContent file(Path path) throws IOException {
    return asFile(get(path), path);
  }

  private static FileContent asFile(Inode inode, Path path) throws IOException {
    if (inode instanceof FileContent file) {
      return file;
    }
    throw new IOException(path + ": is a directory");
  }

  private Directory directory(Path path) throws IOException {
    if (get(path) instanceof Directory directory) {
      return directory;
    }
    throw new NotDirectoryException(path.toString());
  }

  private Directory parent(Path path) throws IOException {
    Path parent = path.normalize().getParent();
    if (parent == null) {
      return entries.root();
    }
    if (find(parent) instanceof Directory directory) {
      return directory;
    }
    throw new NoSuchFileException(path.toString());
  }

  private static String fileName(Path path) {
    return String.valueOf(path.normalize().getFileName());
  }

  @Override
  public boolean exists(Path path) {
    onMount(mount);
    return find(path) != null;
  }

  @Override
  public boolean isDirectory(Path path) {
    onMount(mount);
    return find(path) instanceof Directory;
  }

  @Override
  public long size(Path path) throws IOException {
    begin(Operation.ENTRY, path, "size", 0);
    return file(path).size();
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    begin(Operation.ENTRY, directory, "list", 0);
    return List.copyOf(directory(directory).now.keySet());
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    begin(Operation.ENTRY, directory, "mkdirs", 0);
    Directory at = entries.root();
    for (Path element : directory.normalize()) {
      String entry = element.toString();
      Inode next = at.now.get(entry);
      if (next == null) {
        next = new Directory();
        entries.link(at, entry, next);
      }
      if (!(next instanceof Directory below)) {
        throw new FileAlreadyExistsException(directory.toString());
      }
      at = below;
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    begin(Operation.ENTRY, path, "delete", 0);
    Inode inode = find(path);
    if (inode == null) {
      return;
    }
    if (inode instanceof Directory directory && !directory.now.isEmpty()) {
      throw new IOException("cannot delete " + path + ": the directory is not empty");
    }
    entries.unlink(parent(path), fileName(path));
    if (inode instanceof FileContent file) {
      dropped(file);
    }
  }

  @Override
  public void deleteTree(Path directory) throws IOException {
    if (isDirectory(directory)) {
      for (String entry : list(directory)) {
        deleteTree(directory.resolve(entry));
      }
    }
    delete(directory);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    begin(Operation.ENTRY, from, "rename", to.toString().hashCode());
    Inode moved = get(from);
    Inode replaced = find(to);
    if (replaced instanceof Directory directory && !directory.now.isEmpty()) {
      throw new IOException("cannot rename " + from + " to " + to + ": it is not empty");
    }
    entries.move(parent(from), fileName(from), parent(to), fileName(to), moved);
    if (replaced instanceof FileContent file && !replaced.equals(moved)) {
      dropped(file);
    }
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    begin(Operation.SYNC, directory, "sync directory", 0);
    entries.sync(directory(directory));
  }

  // Small files, attributes, the volume.

  @Override
  public byte[] read(Path path) throws IOException {
    VirtualFile file = (VirtualFile) openForRead(path);
    try {
      ByteBuffer content = ByteBuffer.allocate(file.content().size());
      read(file, content, 0);
      return content.array();
    } finally {
      file.release();
    }
  }

  @Override
  public void replace(Path path, byte[] content) throws IOException {
    Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
    DiskFile file = open(temporary);
    try {
      file.truncate(0);
      file.write(ByteBuffer.wrap(content), 0);
      file.sync();
    } catch (DiskFullException e) {
      delete(temporary);
      throw e;
    } finally {
      file.release();
    }
    rename(temporary, path);
    Path parent = path.normalize().getParent();
    syncDirectory(parent == null ? Path.of("/") : parent);
  }

  @Override
  public long lastModifiedMs(Path path) throws IOException {
    begin(Operation.ENTRY, path, "modified", 0);
    return file(path).modifiedMs;
  }

  @Override
  public void setLastModifiedMs(Path path, long ms) throws IOException {
    begin(Operation.ENTRY, path, "set modified", ms);
    file(path).modifiedMs = ms;
  }

  @Override
  public long usableBytes(Path path) {
    onMount(mount);
    return Math.max(0, faults.capacityBytes() - usedBytes);
  }

  @Override
  public long totalBytes(Path path) {
    onMount(mount);
    return faults.capacityBytes();
  }

  @Override
  public String bootId() {
    return name + " boot " + boots;
  }

  @Override
  public AutoCloseable lock(Path lockFile) throws IOException {
    open(lockFile).release();
    Path key = lockFile.normalize();
    if (!locks.add(key)) {
      throw new IOException(lockFile + " is locked: another process uses this directory");
    }
    int ofMount = mount;
    return () -> {
      if (ofMount == mount) {
        locks.remove(key);
      }
    };
  }
}
