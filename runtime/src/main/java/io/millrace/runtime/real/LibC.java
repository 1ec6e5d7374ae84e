package io.millrace.runtime.real;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// The few system calls that Java lacks or wraps too dearly, on 64-bit Linux. None of them reports
/// an error code: callers repeat a failed call through NIO, which then throws with the reason.
///
/// Linking the calls takes some 50 ms of a start that is to take less than 500, and they pay only
/// under load. So it is done in the background once they have been wanted often enough; until
/// [#ready] callers do without them.
final class LibC {

  private static final boolean SUPPORTED =
      System.getProperty("os.name").equals("Linux")
          && System.getProperty("sun.arch.data.model", "64").equals("64");

  private static final int WANTED_OFTEN = 256;

  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  private static final int O_CLOEXEC = 0x80000;
  private static final int PROT_READ = 1;
  private static final int MAP_SHARED = 1;

  /// Linux 6.5 and later, the same on every architecture.
  private static final long CACHESTAT = 451;

  private static final int CACHESTAT_BYTES = 16 + 40;

  private static final AtomicInteger wanted = new AtomicInteger();
  private static volatile boolean linked;
  private static volatile boolean lacksCachestat;

  private LibC() {}

  /// Whether this system has them, sooner or later.
  static boolean supported() {
    return SUPPORTED;
  }

  /// Whether the calls below may be made now. Asking is what gets them linked.
  static boolean ready() {
    if (!linked && SUPPORTED && wanted.incrementAndGet() == WANTED_OFTEN) {
      Thread.ofPlatform().name("link-libc").daemon().start(LibC::link);
    }
    return linked;
  }

  /// Links them at once. Only where [#supported].
  static void link() {
    if (pageBytes() > 0) {
      linked = true;
    }
  }

  /// Opens an existing file. Returns the descriptor, or -1.
  static int open(Path path, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) Handles.OPEN.invokeExact(arena.allocateFrom(path.toString()), mode | O_CLOEXEC);
    } catch (Throwable e) {
      throw new LinkageError("open", e);
    }
  }

  /// Writes at a position. Returns the bytes written, or -1.
  static long pwrite(int descriptor, long address, long length, long position) {
    try {
      return (long) Handles.PWRITE.invokeExact(descriptor, address, length, position);
    } catch (Throwable e) {
      throw new LinkageError("pwrite", e);
    }
  }

  /// Maps a file from its beginning for reading, also beyond its end. Returns the address, or -1.
  static long map(int descriptor, long bytes) {
    try {
      return (long) Handles.MMAP.invokeExact(0L, bytes, PROT_READ, MAP_SHARED, descriptor, 0L);
    } catch (Throwable e) {
      throw new LinkageError("mmap", e);
    }
  }

  static void unmap(long address, long bytes) {
    try {
      int ignored = (int) Handles.MUNMAP.invokeExact(address, bytes);
    } catch (Throwable e) {
      throw new LinkageError("munmap", e);
    }
  }

  /// Asks which pages of a mapping are in the page cache: one byte a page, its lowest bit set if
  /// so. Returns 0, or -1.
  static int mincore(long address, long bytes, MemorySegment pages) {
    try {
      return (int) Handles.MINCORE.invokeExact(address, bytes, pages);
    } catch (Throwable e) {
      throw new LinkageError("mincore", e);
    }
  }

  /// How many pages of a file's range are in the page cache, without touching a page: 0.2 µs a MiB
  /// where `mincore` takes 18. Returns -1 where the kernel, or what guards it, does not tell.
  ///
  /// @param scratch memory of the caller for the call
  static long cachedPages(int descriptor, long position, long length, MemorySegment scratch) {
    if (lacksCachestat) {
      return -1;
    }
    scratch.set(JAVA_LONG, 0, position);
    scratch.set(JAVA_LONG, 8, length);
    try {
      long result =
          (long)
              Handles.CACHESTAT.invokeExact(
                  CACHESTAT,
                  descriptor,
                  scratch.asSlice(0, 16),
                  scratch.asSlice(16, CACHESTAT_BYTES - 16),
                  0);
      if (result != 0) {
        lacksCachestat = true;
        return -1;
      }
      return scratch.get(JAVA_LONG, 16);
    } catch (Throwable e) {
      throw new LinkageError("cachestat", e);
    }
  }

  static int pageBytes() {
    try {
      return (int) Handles.GETPAGESIZE.invokeExact();
    } catch (Throwable e) {
      throw new LinkageError("getpagesize", e);
    }
  }

  static void close(int descriptor) {
    try {
      int ignored = (int) Handles.CLOSE.invokeExact(descriptor);
    } catch (Throwable e) {
      throw new LinkageError("close", e);
    }
  }

  /// Bound on first use, so that other systems never try.
  private static final class Handles {
    static final MethodHandle OPEN =
        handle(
            "open",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    static final MethodHandle PWRITE =
        handle(
            "pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    static final MethodHandle MMAP =
        handle(
            "mmap",
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    static final MethodHandle MUNMAP =
        handle("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    static final MethodHandle MINCORE =
        handle("mincore", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS));
    static final MethodHandle CACHESTAT =
        handle(
            "syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT),
            Linker.Option.firstVariadicArg(1));
    static final MethodHandle GETPAGESIZE = handle("getpagesize", FunctionDescriptor.of(JAVA_INT));

    @SuppressWarnings("restricted")
    private static MethodHandle handle(
        String name, FunctionDescriptor shape, Linker.Option... options) {
      Linker linker = Linker.nativeLinker();
      MemorySegment symbol = linker.defaultLookup().find(name).orElseThrow();
      return linker.downcallHandle(symbol, shape, options);
    }
  }
}
