package io.millrace.runtime.real;

import io.millrace.runtime.DiskFile;
import io.millrace.runtime.DiskFullException;
import io.millrace.runtime.Invariant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/// A file of the machine, behind a [FileChannel].
///
/// A direct buffer is written with `pwrite` through [RawFile]: the channel's write costs 0.3 µs a
/// small and 2.5 µs a bulk request more. What `pwrite` does not take, the channel writes, and
/// throws what there is to throw.
final class NioFile implements DiskFile {

  /// What was appended through this handle counts as cached: up to so many bytes, for so long.
  private static final long RECENT_BYTES = 16L << 20;

  /// How many files may be open twice. A node may host more logs than half of the files that it may
  /// open, and those beyond this number are written a little slower.
  private static final Semaphore OPEN_TWICE = new Semaphore(2_000);

  private static final long RECENT_NANOS = 10_000_000_000L;

  private final FileChannel channel;
  private final RawFile raw;
  private final AtomicInteger references = new AtomicInteger(1);
  private volatile Path path;

  /// The range that was appended last without a gap, and when. Published by [#recentEnd]; what a
  /// reader makes of it is a guess, so it may see an older one.
  private long recentStart;

  private long recentNanos;
  private volatile long recentEnd;

  NioFile(Path path, FileChannel channel, boolean writable) throws IOException {
    this.path = path;
    this.channel = channel;
    this.raw = new RawFile(path, writable, OPEN_TWICE);
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
    if (src.isDirect()) {
      at += raw.write(path, src, position);
    }
    try {
      while (src.hasRemaining()) {
        at += channel.write(src, at);
      }
    } catch (IOException e) {
      throw writeFailed(e, src.remaining());
    }
    if (position != recentEnd) {
      recentStart = position;
    }
    recentNanos = System.nanoTime();
    recentEnd = at;
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
    long end = recentEnd;
    if (position >= Math.max(recentStart, end - RECENT_BYTES)
        && position + length <= end
        && System.nanoTime() - recentNanos < RECENT_NANOS) {
      return true;
    }
    return !LibC.supported() || raw.isResident(path, position, length);
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

  private void close() {
    raw.close();
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
