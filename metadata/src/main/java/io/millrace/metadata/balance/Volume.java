package io.millrace.metadata.balance;

import java.util.ArrayList;
import java.util.List;

/// How large a broker's disks are, and how full, whoever filled them.
///
/// @param totalBytes 0 where nobody knows
/// @param usableBytes what may still be written
public record Volume(long totalBytes, long usableBytes) {

  /// Counts as having room for anything.
  public static final Volume UNKNOWN = new Volume(0, 0);

  /// Directories of one file system say nearly the same, since they are not asked at one moment.
  private static final int SAME_PERMILLE = 10;

  /// All disks of a broker together. Directories that seem to lie on one file system count once:
  /// what is free there is free once.
  ///
  /// @param directories as DescribeLogDirs tells them, −1 where the broker does not know (KIP-827)
  public static Volume of(List<Volume> directories) {
    List<Volume> distinct = new ArrayList<>();
    for (Volume volume : directories) {
      if (volume.totalBytes <= 0 || volume.usableBytes < 0) {
        return UNKNOWN;
      }
      if (distinct.stream().noneMatch(volume::seemsToBe)) {
        distinct.add(volume);
      }
    }
    return new Volume(
        distinct.stream().mapToLong(Volume::totalBytes).sum(),
        distinct.stream().mapToLong(Volume::usableBytes).sum());
  }

  private boolean seemsToBe(Volume other) {
    return totalBytes == other.totalBytes
        && Math.abs(usableBytes - other.usableBytes) <= totalBytes / 1_000 * SAME_PERMILLE;
  }

  public boolean isKnown() {
    return totalBytes > 0;
  }

  public long usedBytes() {
    return totalBytes - usableBytes;
  }

  /// The same when so much is deleted.
  Volume freed(long bytes) {
    return isKnown() ? new Volume(totalBytes, Math.min(totalBytes, usableBytes + bytes)) : this;
  }

  /// How much of it is used where `more` bytes come in addition; −1 where nobody knows.
  int percentWith(long more) {
    return isKnown() ? (int) Math.floor(100.0 * (usedBytes() + more) / totalBytes) : -1;
  }

  /// Whether at most `percent` of it is used when `more` bytes have come; always where nobody
  /// knows.
  boolean staysWithin(int percent, long more) {
    return !isKnown() || usedBytes() + more <= totalBytes / 100.0 * percent;
  }
}
