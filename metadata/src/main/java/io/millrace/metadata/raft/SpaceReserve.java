package io.millrace.metadata.raft;

import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Room that the metadata log has when the volume is full: a file of zeros in its log directory,
/// deleted to let one more append through. What was drained from the raft client's accumulator must
/// be written, or the controller and the log disagree; after that the raft loop rests until there
/// is room again. Owned by the loop `raft`.
final class SpaceReserve {

  static final String NAME = ".millrace_reserve";
  static final int BYTES = 2 << 20;

  /// Free bytes from which on the reserve is filled and raft goes on.
  static final long ENOUGH_BYTES = 4L * BYTES;

  private static final Logger LOG = LoggerFactory.getLogger(SpaceReserve.class);

  private final Disk disk;
  private final Path file;
  private boolean spent;

  SpaceReserve(Disk disk, Path directory) {
    this.disk = disk;
    this.file = directory.resolve(NAME);
  }

  /// Makes the file, if there is none and there is room for it. Blocks, for some milliseconds.
  void fill() {
    try {
      if (!disk.exists(file) && disk.usableBytes(file.resolveSibling(".")) >= ENOUGH_BYTES) {
        write();
      }
    } catch (IOException e) {
      LOG.warn("{} cannot be made: a full disk will stop this node", file, e);
    }
  }

  private void write() throws IOException {
    DiskFile open = disk.open(file);
    try {
      open.write(ByteBuffer.allocate(BYTES), 0);
    } finally {
      open.release();
    }
  }

  /// Gives the room away.
  ///
  /// @return whether there was any
  boolean spend() throws IOException {
    if (!disk.exists(file)) {
      return false;
    }
    disk.delete(file);
    spent = true;
    LOG.error(
        "{} is full. The metadata log has used its reserve: nothing changes in the metadata until"
            + " {} bytes are free",
        file.getParent(),
        ENOUGH_BYTES);
    return true;
  }

  /// Whether nothing must be appended now. Fills the reserve as soon as there is room.
  boolean isSpent() throws IOException {
    if (spent && disk.usableBytes(file.resolveSibling(".")) >= ENOUGH_BYTES) {
      fill();
      spent = false;
      LOG.info("{} has room again", file.getParent());
    }
    return spent;
  }
}
