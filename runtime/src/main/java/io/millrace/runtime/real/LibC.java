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

    @SuppressWarnings("restricted")
    private static MethodHandle handle(
        String name, FunctionDescriptor shape, Linker.Option... options) {
      Linker linker = Linker.nativeLinker();
      MemorySegment symbol = linker.defaultLookup().find(name).orElseThrow();
      return linker.downcallHandle(symbol, shape, options);
    }
  }
}
