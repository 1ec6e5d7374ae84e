package io.millrace.runtime.virtual;

import io.millrace.runtime.DiskFile;
import io.millrace.runtime.Invariant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;

/// A handle to a file of a [VirtualDisk]. Dies with the incarnation that opened it.
final class VirtualFile implements DiskFile {

  private final VirtualDisk disk;
  private final FileContent content;
  private final boolean writable;
  private final int mount;
  private Path path;
  private int references = 1;

  VirtualFile(VirtualDisk disk, FileContent content, Path path, boolean writable, int mount) {
    this.disk = disk;
    this.content = content;
    this.path = path;
    this.writable = writable;
    this.mount = mount;
  }

  FileContent content() {
    return content;
  }

  int references() {
    return references;
  }

  int mount() {
    return mount;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public void renamed(Path to) {
    path = to;
  }

  private void open() throws IOException {
    if (references <= 0) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public long size() throws IOException {
    open();
    disk.onMount(mount);
    return content.size();
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    open();
    return disk.read(this, dst, position);
  }

  @Override
  public void write(ByteBuffer src, long position) throws IOException {
    writable();
    disk.write(this, src, position);
  }

  @Override
  public void truncate(long size) throws IOException {
    writable();
    disk.truncate(this, size);
  }

  private void writable() throws IOException {
    open();
    if (!writable) {
      throw new NonWritableChannelException();
    }
  }

  @Override
  public void sync() throws IOException {
    open();
    disk.sync(this);
  }

  @Override
  public boolean isResident(long position, long length) {
    return references > 0 && position + length <= content.size();
  }

  @Override
  public void retain() {
    Invariant.check(references > 0, "retained after the last release");
    references++;
  }

  @Override
  public void release() {
    Invariant.check(references > 0, "released more often than retained");
    references--;
    if (references == 0) {
      disk.closed(this);
    }
  }
}
