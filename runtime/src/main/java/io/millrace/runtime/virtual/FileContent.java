package io.millrace.runtime.virtual;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// A file's bytes: as the page cache has them, and as the device does.
///
/// What is kept of the device is the difference: for every page written since the last sync, the
/// page as it was at that sync. A power failure decides page by page (or, for a torn write, sector
/// by sector) whether the device got the new bytes or still has the old, and for a file that was
/// extended or cut, which length it got. A page of an extension that the device did not get reads
/// as zeros. So a file can come back with its old content, its new content, zeros in the middle of
/// the new, or a page that is half new.
///
/// A sync counts from the moment that its caller names; one whose moment has not come at the
/// failure counts for nothing.
final class FileContent implements Entries.Inode {

  static final int PAGE_BYTES = 4096;
  private static final int SECTOR_BYTES = 512;
  private static final byte[] ZEROS = new byte[PAGE_BYTES];

  /// A page's bytes at the last sync, for the pages that may differ now.
  private TreeMap<Integer, byte[]> before = new TreeMap<>();

  private final ArrayDeque<PendingSync> syncs = new ArrayDeque<>();
  private byte[] bytes = new byte[0];
  private int size;
  private int durableSize;
  long modifiedMs;

  /// Directory entries and open handles that keep it.
  int keepers;

  /// A sync that returns at `doneNanos`, and what the device has if it does not.
  private record PendingSync(long doneNanos, TreeMap<Integer, byte[]> before, int durableSize) {}

  int size() {
    return size;
  }

  int read(ByteBuffer dst, long position) {
    if (position >= size) {
      return 0;
    }
    int n = (int) Math.min(dst.remaining(), size - position);
    dst.put(bytes, (int) position, n);
    return n;
  }

  void write(ByteBuffer src, int length, long position) {
    int end = Math.toIntExact(position + length);
    if (length == 0) {
      return;
    }
    remember(Math.min(size, (int) position), end);
    grow(end);
    src.get(bytes, (int) position, length);
    size = Math.max(size, end);
  }

  void truncate(long newSize) {
    int to = Math.toIntExact(newSize);
    remember(Math.min(size, to), Math.max(size, to));
    grow(to);
    if (to < size) {
      Arrays.fill(bytes, to, size, (byte) 0);
    }
    size = to;
  }

  void flipBit(long bit) {
    bytes[(int) (bit / 8)] ^= (byte) (1 << (bit % 8));
  }

  private void grow(int capacity) {
    if (capacity > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(capacity, Math.max(PAGE_BYTES, 2 * bytes.length)));
    }
  }

  /// Keeps the pages of a range as they are, unless they are kept already.
  private void remember(int from, int to) {
    for (int page = from / PAGE_BYTES; page * (long) PAGE_BYTES < to; page++) {
      if (!before.containsKey(page)) {
        int start = page * PAGE_BYTES;
        boolean empty = start >= size;
        before.put(page, empty ? ZEROS : page(start));
      }
    }
  }

  /// A page of the cache, padded with zeros.
  private byte[] page(int start) {
    byte[] page = new byte[PAGE_BYTES];
    System.arraycopy(bytes, start, page, 0, Math.min(PAGE_BYTES, bytes.length - start));
    return page;
  }

  /// A sync called at `nowNanos` returns at `doneNanos`.
  void sync(long nowNanos, long doneNanos) {
    forgetDone(nowNanos);
    syncs.add(new PendingSync(doneNanos, before, durableSize));
    before = new TreeMap<>();
    durableSize = size;
  }

  /// A sync that has returned has waited for those before it too.
  private void forgetDone(long nowNanos) {
    int done = 0;
    int index = 0;
    for (PendingSync sync : syncs) {
      index++;
      if (sync.doneNanos <= nowNanos) {
        done = index;
      }
    }
    for (; done > 0; done--) {
      syncs.remove();
    }
  }

  /// The power fails: what the device has becomes the content.
  void losePower(long nowNanos, RandomGenerator random) {
    forgetDone(nowNanos);
    while (!syncs.isEmpty()) {
      PendingSync undone = syncs.removeLast();
      before.putAll(undone.before);
      durableSize = undone.durableSize;
    }
    if (before.isEmpty() && durableSize == size) {
      return;
    }
    int newSize = chooseSize(random);
    boolean torn = random.nextInt(4) == 0;
    int mood = random.nextInt(3); // all lost, all kept, each page for itself
    for (Map.Entry<Integer, byte[]> entry : before.entrySet()) {
      int start = entry.getKey() * PAGE_BYTES;
      boolean cutOff = start >= size;
      for (int at = 0; at < PAGE_BYTES; at += torn ? SECTOR_BYTES : PAGE_BYTES) {
        boolean lost = cutOff || mood == 0 || (mood == 2 && random.nextBoolean());
        if (lost) {
          restore(start + at, entry.getValue(), at, torn ? SECTOR_BYTES : PAGE_BYTES);
        }
      }
    }
    settle(newSize);
  }

  private int chooseSize(RandomGenerator random) {
    int low = Math.min(durableSize, size);
    int high = Math.max(durableSize, size);
    return switch (random.nextInt(3)) {
      case 0 -> durableSize;
      case 1 -> size;
      default -> random.nextInt(low, high + 1);
    };
  }

  private void restore(int at, byte[] page, int from, int length) {
    grow(at + length);
    System.arraycopy(page, from, bytes, at, length);
  }

  private void settle(int newSize) {
    grow(newSize);
    Arrays.fill(bytes, newSize, bytes.length, (byte) 0);
    size = newSize;
    durableSize = newSize;
    before = new TreeMap<>();
  }
}
