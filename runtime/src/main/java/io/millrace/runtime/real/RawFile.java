package io.millrace.runtime.real;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// The system calls on one file that its [java.nio.channels.FileChannel] has no way to: `pwrite`
/// without its overhead, and the question which pages are cached.
///
/// The channel keeps its descriptor to itself, so this opens the file once more, when first needed:
/// files that are appended to, and those whose pages are asked for. The path may lead to another
/// file by then; that is checked, and the channel does the work. So it does where too many files
/// are open twice already.
///
/// Which pages are cached is asked with `cachestat`, and where that is missing with `mincore` over
/// a mapping that is never read. It reaches beyond the file's end, so that a growing file is seldom
/// mapped anew.
final class RawFile {

  private static final int NOT_OPENED = -2;
  private static final int NONE = -1;
  private static final long LEAST_MAPPING_BYTES = 64L << 20;

  /// What one call of `mincore` tells of: 16 MiB in pages of 4 KiB.
  private static final int PAGES_A_CALL = 4096;

  private static final long EIGHT_CACHED = 0x0101010101010101L;
  private static final ThreadLocal<MemorySegment> PAGES =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(PAGES_A_CALL, Long.BYTES));

  private final @Nullable Object inode;
  private final Semaphore spare;
  private volatile int descriptor;

  /// Guarded by `this`.
  private long mapping;

  private long mappingBytes;

  /// For questions about a file that nobody has written to.
  private int asking;

  private boolean closed;

  /// @param spare how many more descriptors may be kept beside those of channels
  RawFile(Path path, boolean writable, Semaphore spare) throws IOException {
    this.spare = spare;
    inode = LibC.supported() ? inode(path) : null;
    descriptor = writable && inode != null ? NOT_OPENED : NONE;
    asking = inode != null ? NOT_OPENED : NONE;
  }

  /// Writes what it can of a direct buffer and moves its position. Returns the bytes written; 0
  /// when it cannot, for whatever reason.
  int write(Path path, ByteBuffer src, long position) {
    int target = descriptor;
    if (target == NOT_OPENED && LibC.ready()) {
      target = openForWrite(path);
    }
    if (target < 0) {
      return 0;
    }
    long n = LibC.pwrite(target, MemorySegment.ofBuffer(src).address(), src.remaining(), position);
    Reference.reachabilityFence(src);
    if (n <= 0) {
      return 0;
    }
    src.position(src.position() + (int) n);
    return (int) n;
  }

  private synchronized int openForWrite(Path path) {
    if (descriptor == NOT_OPENED && !closed) {
      descriptor = keepOpen(path, LibC.O_WRONLY);
    }
    return descriptor;
  }

  private int keepOpen(Path path, int mode) {
    if (!spare.tryAcquire()) {
      return NONE;
    }
    int opened = openSame(path, mode);
    if (opened < 0) {
      spare.release();
    }
    return opened;
  }

  private int openSame(Path path, int mode) {
    int opened = LibC.open(path, mode);
    if (opened >= 0) {
      try {
        if (inode != null && inode.equals(inode(Path.of("/proc/self/fd/" + opened)))) {
          return opened;
        }
      } catch (IOException e) {
        // No way to know: taken for another file.
      }
      LibC.close(opened);
    }
    return NONE;
  }

  private static @Nullable Object inode(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /// Whether every page of the range is cached; false when it cannot be told.
  synchronized boolean isResident(Path path, long position, long length) {
    if (!LibC.ready() || closed) {
      return false;
    }
    int asked = descriptor >= 0 ? descriptor : forAsking(path);
    if (asked >= 0) {
      long cached = LibC.cachedPages(asked, position, length, PAGES.get());
      if (cached >= 0) {
        int page = LibC.pageBytes();
        return cached >= (position + length - 1) / page - position / page + 1;
      }
    }
    return isMappedResident(path, position, length);
  }

  private int forAsking(Path path) {
    if (asking == NOT_OPENED) {
      asking = keepOpen(path, LibC.O_RDONLY);
    }
    return asking;
  }

  /// The same by `mincore`.
  synchronized boolean isMappedResident(Path path, long position, long length) {
    if (position + length > mappingBytes && !map(path, position + length)) {
      return false;
    }
    int page = LibC.pageBytes();
    long at = position & -page;
    long end = position + length;
    MemorySegment pages = PAGES.get();
    while (at < end) {
      int count = (int) Math.min(PAGES_A_CALL, (end - at + page - 1) / page);
      if (LibC.mincore(mapping + at, (long) count * page, pages) != 0 || !allSet(pages, count)) {
        return false;
      }
      at += (long) count * page;
    }
    return true;
  }

  private static boolean allSet(MemorySegment pages, int count) {
    int i = 0;
    for (; i + Long.BYTES <= count; i += Long.BYTES) {
      if ((pages.get(ValueLayout.JAVA_LONG, i) & EIGHT_CACHED) != EIGHT_CACHED) {
        return false;
      }
    }
    for (; i < count; i++) {
      if ((pages.get(ValueLayout.JAVA_BYTE, i) & 1) == 0) {
        return false;
      }
    }
    return true;
  }

  private boolean map(Path path, long bytes) {
    if (inode == null || closed) {
      return false;
    }
    int opened = openSame(path, LibC.O_RDONLY);
    if (opened == NONE) {
      return false;
    }
    unmap();
    long wanted = Math.max(LEAST_MAPPING_BYTES, Long.highestOneBit(bytes - 1) << 1);
    long address = LibC.map(opened, wanted);
    LibC.close(opened);
    if (address == -1) {
      return false;
    }
    mapping = address;
    mappingBytes = wanted;
    return true;
  }

  private void unmap() {
    if (mappingBytes > 0) {
      LibC.unmap(mapping, mappingBytes);
      mappingBytes = 0;
    }
  }

  synchronized void close() {
    closed = true;
    unmap();
    giveBack(descriptor);
    descriptor = NONE;
    giveBack(asking);
    asking = NONE;
  }

  private void giveBack(int kept) {
    if (kept >= 0) {
      LibC.close(kept);
      spare.release();
    }
  }
}
