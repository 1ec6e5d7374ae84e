package io.millrace.runtime.real;

import io.netty.channel.DefaultFileRegion;

/// A part of a file for `sendfile`. Only [DefaultFileRegion] gets there; any other region would be
/// copied. Gives its reference to the file back when it was sent or dropped, instead of closing the
/// channel as its parent does.
final class SliceRegion extends DefaultFileRegion {

  private final NioFile file;

  SliceRegion(NioFile file, long position, int length) {
    super(file.channel(), position, length);
    this.file = file;
  }

  @Override
  protected void deallocate() {
    file.release();
  }
}
