package io.millrace.runtime.real;

import io.millrace.runtime.DiskFile;
import io.millrace.runtime.DiskFullException;
import io.millrace.runtime.Invariant;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A file of the machine, behind a [FileChannel].
///
/// A direct buffer is written with `pwrite` on a second descriptor, since the channel keeps its own
/// to itself and its write costs 0.3 µs a small and 2.5 µs a bulk request more. The second
/// descriptor is opened with the first such write, or to ask what is cached, so that only files
/// that are in use have one; should the path lead to another file by then, the channel writes. What
/// `pwrite` does not take, the channel writes too, and throws what there is to throw.
final class NioFile implements DiskFile {

  /// No second descriptor yet; [#USE_CHANNEL] when there will be none.
  private static final int NOT_OPENED = -2;

  private static final int USE_CHANNEL = -1;

  private final FileChannel channel;
  private final @Nullable Object inode;
  private final AtomicInteger references = new AtomicInteger(1);
  private volatile Path path;
  private volatile int descriptor;

  /// A mapping that is asked which pages are cached, and never read. Guarded by `this`.
  private @Nullable Arena mappingArena;

  private @Nullable MemorySegment mapping;

  NioFile(Path path, FileChannel channel, boolean writable) throws IOException {
    this.path = path;
    this.channel = channel;
    boolean direct = writable && LibC.AVAILABLE;
    this.inode = direct ? inode(path) : null;
    this.descriptor = inode != null ? NOT_OPENED : USE_CHANNEL;
  }

  /// For `sendfile`. Closed with the last reference, by nobody else.
  FileChannel channel() {
    return channel;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public void renamed(Path to) {
    path = to;
  }

  @Override
  public long size() throws IOException {
    try {
      return channel.size();
    } catch (IOException e) {
      throw failed("cannot read the size of", e);
    }
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    int done = 0;
    try {
      while (dst.hasRemaining()) {
        int n = channel.read(dst, position + done);
        if (n <= 0) {
          break;
        }
        done += n;
      }
    } catch (IOException e) {
      throw failed("cannot read", e);
    }
    return done;
  }

  @Override
  public void write(ByteBuffer src, long position) throws IOException {
    long at = position;
    if (src.isDirect() && descriptor != USE_CHANNEL) {
      at += writeDirect(src, position);
    }
    try {
      while (src.hasRemaining()) {
        at += channel.write(src, at);
      }
    } catch (IOException e) {
      throw writeFailed(e, src.remaining());
    }
  }

  private long writeDirect(ByteBuffer src, long position) {
    int target = descriptor;
    if (target == NOT_OPENED) {
      target = openDescriptor();
      if (target == USE_CHANNEL) {
        return 0;
      }
    }
    long n = LibC.pwrite(target, MemorySegment.ofBuffer(src).address(), src.remaining(), position);
    Reference.reachabilityFence(src);
    if (n <= 0) {
      return 0;
    }
    src.position(src.position() + (int) n);
    return n;
  }

  private synchronized int openDescriptor() {
    if (descriptor == NOT_OPENED) {
      int opened = LibC.openForWrite(path);
      if (opened >= 0 && !sameFile(opened)) {
        LibC.close(opened);
        opened = USE_CHANNEL;
      }
      descriptor = opened;
    }
    return descriptor;
  }

  private boolean sameFile(int opened) {
    try {
      return inode != null && inode.equals(inode(Path.of("/proc/self/fd/" + opened)));
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable Object inode(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  @Override
  public void truncate(long size) throws IOException {
    try {
      long now = channel.size();
      if (size < now) {
        channel.truncate(size);
      } else if (size > now) {
        channel.write(ByteBuffer.allocate(1), size - 1);
      }
    } catch (IOException e) {
      throw writeFailed(e, 1);
    }
  }

  @Override
  public void sync() throws IOException {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw failed("cannot sync", e);
    }
  }

  @Override
  public boolean isResident(long position, long length) {
    int known = descriptor == NOT_OPENED ? openDescriptor() : descriptor;
    if (known >= 0 && LibC.tellsCached()) {
      boolean cached = LibC.isCached(known, position, length);
      if (cached || LibC.tellsCached()) {
        return cached;
      }
    }
    return isMappedAndResident(position, length);
  }

  /// Where the kernel does not tell: a mapping of the whole file, made anew whenever it has grown.
  @SuppressWarnings("restricted")
  private synchronized boolean isMappedAndResident(long position, long length) {
    if (!channel.isOpen()) {
      return false;
    }
    try {
      MemorySegment mapped = mapping;
      if (mapped == null || position + length > mapped.byteSize()) {
        long size = channel.size();
        if (position + length > size) {
          return false;
        }
        unmap();
        Arena arena = Arena.ofShared();
        mapped = channel.map(MapMode.READ_ONLY, 0, size, arena);
        mappingArena = arena;
        mapping = mapped;
      }
      return mapped.asSlice(position, length).isLoaded();
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private synchronized void unmap() {
    Arena arena = mappingArena;
    mapping = null;
    mappingArena = null;
    if (arena != null) {
      arena.close();
    }
  }

  @Override
  public void retain() {
    int before = references.getAndIncrement();
    Invariant.check(before > 0, "retained after the last release");
  }

  @Override
  public void release() {
    int left = references.decrementAndGet();
    Invariant.check(left >= 0, "released more often than retained");
    if (left == 0) {
      close();
    }
  }

  private synchronized void close() {
    unmap();
    if (descriptor >= 0) {
      LibC.close(descriptor);
    }
    descriptor = USE_CHANNEL;
    try {
      channel.close();
    } catch (IOException e) {
      // The descriptor is gone either way, and what had to be durable was synced before.
    }
  }

  private IOException writeFailed(IOException cause, long bytes) {
    return NioDisk.isFull(path, cause, bytes)
        ? new DiskFullException(path, cause)
        : failed("cannot write", cause);
  }

  private IOException failed(String what, IOException cause) {
    return cause instanceof FileSystemException
        ? cause
        : new IOException(what + " " + path + ": " + cause, cause);
  }
}
