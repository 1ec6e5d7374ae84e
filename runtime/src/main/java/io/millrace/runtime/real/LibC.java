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

/// The few system calls that Java lacks or wraps too dearly, on 64-bit Linux. None of them reports
/// an error code: callers repeat a failed call through NIO, which then throws with the reason.
final class LibC {

  /// False elsewhere; nothing else here may be called then.
  static final boolean AVAILABLE =
      System.getProperty("os.name").equals("Linux")
          && System.getProperty("sun.arch.data.model", "64").equals("64");

  private static final int O_WRONLY = 1;
  private static final int O_CLOEXEC = 0x80000;

  /// The same number on every architecture.
  private static final long SYS_CACHESTAT = 451;

  private static final long CACHESTAT_RANGE_BYTES = 16;
  private static final long CACHESTAT_BYTES = 40;

  private static final ThreadLocal<MemorySegment> CACHESTAT =
      ThreadLocal.withInitial(
          () -> Arena.global().allocate(CACHESTAT_RANGE_BYTES + CACHESTAT_BYTES, 8));

  private static volatile boolean cachestatWorks = true;

  private LibC() {}

  /// Opens an existing file for writing. Returns the descriptor, or -1.
  static int openForWrite(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      return (int)
          Handles.OPEN.invokeExact(arena.allocateFrom(path.toString()), O_WRONLY | O_CLOEXEC);
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

  /// Whether the kernel tells what of a file is in the page cache (`cachestat`, Linux 6.5). Known
  /// after the first [#isCached].
  static boolean tellsCached() {
    return cachestatWorks;
  }

  /// Whether all pages of `[position, position + length)` are in the page cache. Also false where
  /// the kernel does not tell.
  static boolean isCached(int descriptor, long position, long length) {
    MemorySegment range = CACHESTAT.get();
    MemorySegment found = range.asSlice(CACHESTAT_RANGE_BYTES);
    range.set(JAVA_LONG, 0, position);
    range.set(JAVA_LONG, 8, length);
    try {
      long result = (long) Handles.SYSCALL.invokeExact(SYS_CACHESTAT, descriptor, range, found, 0);
      if (result != 0) {
        cachestatWorks = false;
        return false;
      }
    } catch (Throwable e) {
      throw new LinkageError("cachestat", e);
    }
    long page = Handles.PAGE_BYTES;
    long pages = (position + length - 1) / page - position / page + 1;
    return found.get(JAVA_LONG, 0) >= pages;
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
    static final MethodHandle SYSCALL =
        handle(
            "syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT),
            Linker.Option.firstVariadicArg(1));
    static final int PAGE_BYTES = pageBytes();
    static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private static int pageBytes() {
      try {
        return (int) handle("getpagesize", FunctionDescriptor.of(JAVA_INT)).invokeExact();
      } catch (Throwable e) {
        throw new LinkageError("getpagesize", e);
      }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(
        String name, FunctionDescriptor shape, Linker.Option... options) {
      Linker linker = Linker.nativeLinker();
      MemorySegment symbol = linker.defaultLookup().find(name).orElseThrow();
      return linker.downcallHandle(symbol, shape, options);
    }
  }
}
