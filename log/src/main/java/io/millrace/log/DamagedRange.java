package io.millrace.log;

/// Offsets whose bytes are damaged while valid batches follow: kept as they are, refused to readers
/// and waiting to be repaired from a peer.
///
/// @param firstOffset first offset that cannot be trusted
/// @param nextValidOffset base offset of the next valid batch
/// @param position in the segment file where the damage begins
public record DamagedRange(long firstOffset, long nextValidOffset, long position) {

  boolean overlaps(long offset) {
    return offset >= firstOffset && offset < nextValidOffset;
  }
}
