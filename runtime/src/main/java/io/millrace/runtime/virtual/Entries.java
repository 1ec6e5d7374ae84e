package io.millrace.runtime.virtual;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The directories of a disk: as they are now, and as they would be after a power failure.
///
/// Every change of an entry is remembered in order until its directory is synced. A power failure
/// keeps a random prefix of what is remembered, as a journalling file system does; the rest has not
/// happened. What POSIX promises and no more: syncing a file does not make its entry durable.
final class Entries {

  /// What an entry leads to.
  sealed interface Inode permits Directory, FileContent {}

  /// A directory: its entries now, and on the device.
  static final class Directory implements Inode {
    final TreeMap<String, Inode> now = new TreeMap<>();
    private final TreeMap<String, Inode> durable = new TreeMap<>();
  }

  /// A change that is not durable yet: entries set or, with a null inode, removed. Happens as a
  /// whole.
  private record Change(List<Entry> entries) {
    boolean touches(Directory directory) {
      return entries.stream().anyMatch(entry -> entry.in.equals(directory));
    }

    void makeDurable() {
      for (Entry entry : entries) {
        set(entry.in.durable, entry.name, entry.inode);
      }
    }
  }

  private record Entry(Directory in, String name, @Nullable Inode inode) {}

  private final Directory root = new Directory();
  private final ArrayDeque<Change> changes = new ArrayDeque<>();

  Directory root() {
    return root;
  }

  private static void set(TreeMap<String, Inode> map, String name, @Nullable Inode inode) {
    if (inode == null) {
      map.remove(name);
    } else {
      map.put(name, inode);
    }
  }

  private void change(Entry... entries) {
    for (Entry entry : entries) {
      set(entry.in.now, entry.name, entry.inode);
    }
    changes.add(new Change(List.of(entries)));
  }

  void link(Directory in, String name, Inode inode) {
    change(new Entry(in, name, inode));
  }

  void unlink(Directory in, String name) {
    change(new Entry(in, name, null));
  }

  void move(Directory from, String name, Directory to, String newName, Inode inode) {
    change(new Entry(from, name, null), new Entry(to, newName, inode));
  }

  /// Makes a directory's entries durable, and those of others that moved to it or from it.
  void sync(Directory directory) {
    List<Change> left = new ArrayList<>();
    for (Change change : changes) {
      if (change.touches(directory)) {
        change.makeDurable();
      } else {
        left.add(change);
      }
    }
    changes.clear();
    changes.addAll(left);
  }

  /// Everything is gone.
  void clear() {
    root.now.clear();
    root.durable.clear();
    changes.clear();
  }

  /// The power fails: the durable entries and some of the last changes remain.
  void losePower(RandomGenerator random) {
    int kept = changes.isEmpty() ? 0 : random.nextInt(changes.size() + 1);
    for (int i = 0; i < kept; i++) {
      changes.remove().makeDurable();
    }
    changes.clear();
    recover(root);
  }

  private static void recover(Directory directory) {
    directory.now.clear();
    directory.now.putAll(directory.durable);
    for (Inode inode : directory.now.values()) {
      if (inode instanceof Directory below) {
        recover(below);
      }
    }
  }
}
