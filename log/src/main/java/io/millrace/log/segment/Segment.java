package io.millrace.log.segment;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.DamagedBatchException;
import io.millrace.log.format.BatchHeader;
import io.millrace.log.format.BatchScanner;
import io.millrace.log.format.LogFiles;
import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.DiskFullException;
import io.millrace.runtime.Invariant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A part of a log: the batches from its base offset up to the next segment's, in one file, with
/// its indexes. The last segment of a log is the active one and takes the appends.
///
/// Invariants: batches lie without gaps from position 0 to [#size]; offsets grow; no offset is more
/// than [Integer#MAX_VALUE] above the base offset.
public final class Segment {

  /// What was appended last, up to this size, is taken to be in the page cache still.
  private static final int RECENT_BYTES = 1 << 20;

  private final Disk disk;
  private final long baseOffset;
  private final LookupMemory lookups;
  private final SegmentIndexes indexes;
  private final SegmentTimes times;
  private final RecentBatches recent = new RecentBatches();
  private final SegmentRot rot = new SegmentRot();
  private final long createdMs;
  private final long jitterMs;
  private Path dir;
  private @Nullable DiskFile file;
  private int size;
  private int bytesSinceIndexEntry;

  /// Where the appends of this process began.
  private int appendedFrom;

  /// The offset index was made anew, and ended where batches could not be walked any more.
  private boolean indexesEndEarly;

  private Segment(
      Disk disk,
      Path dir,
      long baseOffset,
      LookupMemory lookups,
      SegmentIndexes indexes,
      long createdMs,
      long jitterMs) {
    this.disk = disk;
    this.dir = dir;
    this.baseOffset = baseOffset;
    this.lookups = lookups;
    this.indexes = indexes;
    this.times = new SegmentTimes(indexes.times());
    this.createdMs = createdMs;
    this.jitterMs = jitterMs;
  }

  /// Makes the files of a new, empty segment.
  public static Segment create(
      Disk disk, Path dir, long baseOffset, long createdMs, long jitterMs, LookupMemory lookups)
      throws IOException {
    try {
      SegmentIndexes indexes = SegmentIndexes.create(disk, dir, baseOffset, lookups);
      Segment segment = new Segment(disk, dir, baseOffset, lookups, indexes, createdMs, jitterMs);
      DiskFile log = segment.file();
      if (log.size() > 0) {
        log.truncate(0);
      }
      segment.times.clear(baseOffset);
      segment.releaseIndexFiles();
      return segment;
    } catch (DiskFullException e) {
      // The log may grow past this offset before there is room for a segment that begins here.
      for (String suffix : List.of(LogFiles.LOG, LogFiles.OFFSET_INDEX, LogFiles.TIME_INDEX)) {
        disk.delete(LogFiles.file(dir, baseOffset, suffix));
      }
      throw e;
    }
  }

  /// Takes the files as they are found; nothing but their sizes is read. A missing index counts as
  /// empty.
  ///
  /// @param names of all files in `dir`
  public static Segment open(
      Disk disk,
      Path dir,
      Set<String> names,
      long baseOffset,
      long createdMs,
      long jitterMs,
      LookupMemory lookups)
      throws IOException {
    SegmentIndexes indexes = SegmentIndexes.open(disk, dir, names, baseOffset, lookups);
    Segment segment = new Segment(disk, dir, baseOffset, lookups, indexes, createdMs, jitterMs);
    long size = disk.size(segment.path(LogFiles.LOG));
    if (size > Integer.MAX_VALUE) {
      throw new IOException(segment.path(LogFiles.LOG) + ": larger than 2 GiB");
    }
    segment.size = (int) size;
    segment.appendedFrom = (int) size;
    return segment;
  }

  public long baseOffset() {
    return baseOffset;
  }

  /// Bytes of batches.
  public int size() {
    return size;
  }

  public OffsetIndex offsetIndex() {
    return indexes.offsets();
  }

  public TimeIndex timeIndex() {
    return indexes.times();
  }

  /// What is known to be rotten in it; walks over its batches pass that by.
  public SegmentRot rot() {
    return rot;
  }

  /// Whether Kafka appended to it last and did not close it.
  ///
  /// @param segmentIndexBytes the topic's `segment.index.bytes`
  public boolean hasPaddedIndexes(int segmentIndexBytes) throws IOException {
    return indexes.arePadded(segmentIndexBytes);
  }

  public Path path(String suffix) {
    return LogFiles.file(dir, baseOffset, suffix);
  }

  /// The file of batches, opened when first needed.
  public DiskFile file() throws IOException {
    DiskFile open = file;
    if (open == null) {
      open = disk.open(path(LogFiles.LOG));
      file = open;
    }
    return open;
  }

  /// Whether what lies from `position` on was appended a moment ago.
  public boolean isRecent(int position) {
    return position >= appendedFrom && size - position <= RECENT_BYTES;
  }

  /// Appends whole batches whose offsets are set. `bytes[position, position + length)` is written
  /// with one call; then indexes and timestamps follow.
  ///
  /// @throws DiskFullException when the segment is as it was before
  public void append(ByteBuffer bytes, int position, int length, int indexIntervalBytes)
      throws IOException {
    bytes.clear().limit(position + length).position(position);
    try {
      file().write(bytes, size);
    } catch (DiskFullException e) {
      // A part of it may lie there, which a shorter batch would not cover.
      file().truncate(size);
      throw e;
    } finally {
      bytes.clear();
    }
    for (int at = position; at < position + length; ) {
      int batchSize = BatchHeader.sizeInBytes(bytes, at);
      noteBatch(
          BatchHeader.baseOffset(bytes, at),
          BatchHeader.lastOffset(bytes, at),
          BatchHeader.maxTimestamp(bytes, at),
          size,
          batchSize,
          indexIntervalBytes);
      size += batchSize;
      at += batchSize;
    }
  }

  /// Indexes one batch that lies at `position`, the next one behind those noted before.
  void noteBatch(
      long batchBaseOffset,
      long batchLastOffset,
      long batchMaxTimestamp,
      int position,
      int batchSize,
      int indexIntervalBytes)
      throws IOException {
    times.note(batchMaxTimestamp, batchLastOffset, position == 0);
    if (bytesSinceIndexEntry > indexIntervalBytes) {
      offsetIndex().append(batchLastOffset, position);
      timeIndex().maybeAppend(times.max(), times.maxOffset());
      bytesSinceIndexEntry = 0;
    }
    bytesSinceIndexEntry += batchSize;
    recent.add(batchBaseOffset, batchLastOffset, position, batchSize);
  }

  /// Largest timestamp of a batch, -1 when there is none. For a segment that was found on disk it
  /// is the last entry of the time index, which closing wrote.
  public long maxTimestamp() throws IOException {
    return times.max();
  }

  /// Last offset of the batch with the largest timestamp.
  public long maxTimestampOffset() throws IOException {
    return times.maxOffset();
  }

  /// What retention goes by: the largest timestamp, or when the file was last written.
  public long retentionTimestamp() throws IOException {
    long timestamp = maxTimestamp();
    return timestamp >= 0 ? timestamp : disk.lastModifiedMs(path(LogFiles.LOG));
  }

  /// Whether appending a batch up to `lastOffset` asks for a new segment first.
  public boolean mustRoll(
      int length,
      long lastOffset,
      long maxTimestampAppended,
      long nowMs,
      int segmentBytes,
      long segmentMs,
      int indexBytes)
      throws IOException {
    if (size == 0) {
      return !fits(lastOffset);
    }
    return size > segmentBytes - length
        || ageMs(nowMs, maxTimestampAppended) > segmentMs - Math.min(jitterMs, segmentMs)
        || indexes.isFull(indexBytes)
        || !fits(lastOffset);
  }

  private boolean fits(long lastOffset) {
    return lastOffset - baseOffset <= Integer.MAX_VALUE;
  }

  /// By the records' own time where the first batch has one (KIP-33), else since creation.
  private long ageMs(long nowMs, long timestamp) throws IOException {
    long first = times.first(this);
    return first >= 0 ? timestamp - first : nowMs - createdMs;
  }

  /// A batch found in this segment.
  ///
  /// @param position where it begins
  public record Found(int position, int size) {}

  /// The first batch with a last offset at or above `offset`; null when there is none.
  ///
  /// @throws CorruptIndexException when the index leads to what is no batch
  /// @throws DamagedBatchException when what lies before it is no batch
  public @Nullable Found find(long offset) throws IOException {
    int slot = recent.slotOf(offset);
    if (slot >= 0) {
      return new Found(recent.position(slot), recent.size(slot));
    }
    ByteBuffer buffer = lookups.take();
    try {
      BatchScanner scanner = scannerFrom(offset, buffer);
      while (rot.next(scanner)) {
        if (scanner.lastOffset() >= offset) {
          return new Found((int) scanner.position(), scanner.size());
        }
      }
      if (scanner.stop() != BatchScanner.Stop.END) {
        // Whoever took this for the end would go on in the next segment, and skip what is behind.
        throw new DamagedBatchException(path(LogFiles.LOG), scanner.position());
      }
      return null;
    } finally {
      lookups.giveBack(buffer);
    }
  }

  /// A scanner at the indexed batch at or before `offset`, not yet moved.
  private BatchScanner scannerFrom(long offset, ByteBuffer buffer) throws IOException {
    OffsetIndex.Entry entry = offsetIndex().floor(offset);
    if (entry.position() < 0 || entry.position() > size) {
      throw new CorruptIndexException(
          offsetIndex().file().path() + ": entry " + entry.index() + " leads out of the segment");
    }
    BatchScanner scanner = new BatchScanner(file(), entry.position(), size, buffer);
    if (entry.index() >= 0 && !(scanner.next() && scanner.lastOffset() == entry.lastOffset())) {
      throw new CorruptIndexException(
          offsetIndex().file().path() + ": entry " + entry.index() + " leads to no batch");
    }
    scanner.seek(entry.position());
    return scanner;
  }

  /// A scanner that comes by every batch that reaches `offset` or lies behind it, and a few before.
  public BatchScanner scanFrom(long offset, int bufferBytes) throws IOException {
    ByteBuffer buffer = lookups.take();
    try {
      int position = (int) scannerFrom(offset, buffer).position();
      return scan(position, bufferBytes, false);
    } finally {
      lookups.giveBack(buffer);
    }
  }

  /// A scanner over the segment's batches from `position` on.
  public BatchScanner scan(int position, int bufferBytes, boolean verify) throws IOException {
    return new BatchScanner(file(), position, size, bufferBytes, verify);
  }

  /// The first batch that holds a timestamp at or above `timestampMs` and reaches `fromOffset`;
  /// null when there is none. Whether a record of it does is for the caller to see.
  public @Nullable Found findTimestamp(long timestampMs, long fromOffset) throws IOException {
    TimeIndex.Entry older = timeIndex().below(timestampMs);
    BatchScanner scanner =
        scannerFrom(Math.max(older.offset(), fromOffset), ByteBuffer.allocate(LookupMemory.BYTES));
    while (rot.next(scanner)) {
      if (scanner.maxTimestamp() >= timestampMs && scanner.lastOffset() >= fromOffset) {
        return new Found((int) scanner.position(), scanner.size());
      }
    }
    return null;
  }

  /// Cuts everything from the batch that holds `offset` on, also from the indexes.
  public void truncateTo(long offset) throws IOException {
    Found found = find(offset);
    if (found == null) {
      return;
    }
    truncateToPosition(found.position(), offset);
  }

  /// Cuts the file at a batch border and the indexes at the offset that the border stands for.
  public void truncateToPosition(int position, long offset) throws IOException {
    Invariant.check(position <= size, "cut at %s of %s", position, size);
    OffsetIndex.Entry entry = offsetIndex().floor(offset);
    int keep = entry.index() + 1;
    if (entry.index() >= 0 && entry.position() >= position) {
      keep--;
    }
    offsetIndex().truncate(keep);
    timeIndex().truncateTo(offset);
    indexes.transactions().truncateTo(offset);
    file().truncate(position);
    size = position;
    rot.cut(position);
    recent.clear();
    if (position == 0) {
      times.forgetFirst();
    }
    remeasure();
  }

  /// Reads again what the batches behind the last index entry tell.
  private void remeasure() throws IOException {
    times.readIndex();
    OffsetIndex.Entry from = offsetIndex().floor(times.maxOffset());
    BatchScanner scanner = scan(from.position(), LookupMemory.BYTES, false);
    while (rot.next(scanner)) {
      times.note(scanner.maxTimestamp(), scanner.lastOffset(), false);
    }
    bytesSinceIndexEntry = size - offsetIndex().last().position();
  }

  /// Recovery is about to note the batches from `position` on again: the first `entries` of the
  /// offset index stay, and what the time index says of offsets below `offset`.
  void beginRebuild(int position, long offset, int entries) throws IOException {
    offsetIndex().truncate(entries);
    timeIndex().truncateTo(offset);
    recent.clear();
    times.readIndex();
    times.forgetFirst();
    bytesSinceIndexEntry = 0;
    if (position > 0) {
      // The batch there had an entry before and gets it again.
      indexNextBatch();
    }
  }

  /// The next batch to be noted gets an index entry: a scan from an entry before it does not reach
  /// it.
  void indexNextBatch() {
    bytesSinceIndexEntry = Integer.MAX_VALUE / 2;
  }

  /// Recovery has noted all batches; the file ends at `position`.
  void endRebuild(int position, boolean cut) throws IOException {
    if (cut) {
      file().truncate(position);
      // Else what was cut could come back behind what is appended next.
      file().sync();
    }
    size = position;
    if (position == 0) {
      times.forgetFirst();
    }
  }

  /// Makes the indexes anew from the batches' headers.
  public void rebuildIndexes(int indexIntervalBytes) throws IOException {
    indexes.ensureFiles();
    beginRebuild(0, baseOffset, 0);
    BatchScanner scanner = scan(0, 1 << 16, false);
    while (rot.next(scanner)) {
      noteBatch(
          scanner.baseOffset(),
          scanner.lastOffset(),
          scanner.maxTimestamp(),
          (int) scanner.position(),
          scanner.size(),
          indexIntervalBytes);
    }
    indexesEndEarly = scanner.stop() != BatchScanner.Stop.END;
    seal();
  }

  /// Whether the indexes want making anew: they end where a walk met what was no batch, or their
  /// entries are out of order. Reads them whole; only for a segment that takes no more appends.
  public boolean hasUnsoundIndexes() throws IOException {
    int written = offsetIndex().file().entries();
    return indexesEndEarly
        || offsetIndex().plausibleEntries(Integer.MAX_VALUE, size) < written
        || !timeIndex().isPlausible();
  }

  /// Makes an opened segment ready to take appends: reads, once, the few batches behind the last
  /// entries of the indexes.
  ///
  /// @return the offset behind the last batch; -1 when the file does not end with a whole batch:
  ///   then it is not ready
  /// @throws CorruptIndexException when the index leads to what is no batch
  public long prepareAppends() throws IOException {
    times.readIndex();
    ByteBuffer buffer = lookups.take();
    try {
      BatchScanner scanner = scannerFrom(Long.MAX_VALUE, buffer);
      int lastIndexed = (int) scanner.position();
      if (offsetIndex().floor(times.maxOffset()).position() != lastIndexed) {
        // Timestamps may have stood still, or gone back, for longer than an index interval.
        scanner = scannerFrom(times.maxOffset(), buffer);
      }
      long next = baseOffset;
      while (rot.next(scanner)) {
        times.note(scanner.maxTimestamp(), scanner.lastOffset(), false);
        next = scanner.lastOffset() + 1;
      }
      bytesSinceIndexEntry = size - lastIndexed;
      return scanner.stop() == BatchScanner.Stop.END ? Math.max(next, rot.nextOffset()) : -1;
    } finally {
      lookups.giveBack(buffer);
    }
  }

  public void addAborted(AbortedTransaction aborted) throws IOException {
    indexes.transactions().append(aborted);
  }

  /// @return whether later segments need not be asked
  public boolean collectAborted(long startOffset, long endOffset, List<AbortedTransaction> found)
      throws IOException {
    return indexes.transactions().collect(startOffset, endOffset, found);
  }

  /// Drops the entries whose marker lies at or above `offset`; they are found again by replay.
  public void truncateAborted(long offset) throws IOException {
    indexes.transactions().truncateTo(offset);
  }

  /// Writes what the indexes hold back; with the last entry of the time index when no more appends
  /// will come.
  public void writeIndexes(boolean closing) throws IOException {
    if (closing && times.max() >= 0) {
      timeIndex().maybeAppend(times.max(), times.maxOffset());
    }
    indexes.write();
  }

  /// The index files, for a sync.
  public List<DiskFile> indexFiles() throws IOException {
    return indexes.files();
  }

  /// Makes the file of batches and the indexes durable. Blocks.
  public void sync() throws IOException {
    file().sync();
    for (DiskFile index : indexFiles()) {
      index.sync();
    }
  }

  /// The segment takes no more appends: memory that only those need is given back.
  public void seal() throws IOException {
    writeIndexes(true);
    recent.clear();
  }

  /// Gives its files the suffix `.deleted`.
  ///
  /// @return the files under their new names
  public List<Path> markDeleted() throws IOException {
    List<Path> renamed = new ArrayList<>(4);
    Path from = path(LogFiles.LOG);
    if (disk.exists(from)) {
      Path to = path(LogFiles.LOG + LogFiles.DELETED);
      disk.rename(from, to);
      renamed.add(to);
    }
    indexes.markDeleted(dir, renamed);
    closeFiles();
    return renamed;
  }

  /// The folder was renamed.
  public void moved(Path to) {
    dir = to;
    if (file != null) {
      file.renamed(path(LogFiles.LOG));
    }
    indexes.moved(to);
  }

  /// Gives the index files back until an entry is asked for or written: a node may have more logs
  /// than files it may open.
  public void releaseIndexFiles() {
    indexes.close();
  }

  /// Gives the files back; answers that are on their way keep theirs open.
  public void closeFiles() {
    if (file != null) {
      file.release();
      file = null;
    }
    indexes.close();
  }
}
