package io.millrace.log.append;

import io.millrace.log.AppendOrigin;
import io.millrace.log.LogConfig;
import io.millrace.log.RecordError;
import io.millrace.log.format.BatchHeader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;

/// Checks what a leader is asked to append, and sets offset, epoch and time in place. One for each
/// log, used under its guard; the findings are fields, valid until the next call.
///
/// The checks come in Kafka's order, so that a batch with several faults gets the same error. Two
/// differences: compressed batches are checked by their header only, unless keys must be seen or
/// the codec changes; offset deltas must count up from 0 (Kafka stores whatever a client wrote in
/// an uncompressed batch).
public final class LeaderValidator {

  /// The newest codec came with produce version 7.
  private static final short FIRST_VERSION_WITH_ZSTD = 7;

  private final CRC32C crc = new CRC32C();
  private final RecordWalk walk = new RecordWalk();

  private Errors error = Errors.NONE;
  private String message = "";
  private List<RecordError> recordErrors = List.of();
  private ByteBuffer bytes = ByteBuffer.allocate(0);
  private int position;
  private int length;
  private long lastOffset;
  private long maxTimestamp;

  /// NONE when the batch may be appended.
  public Errors error() {
    return error;
  }

  public String message() {
    return message;
  }

  public List<RecordError> recordErrors() {
    return recordErrors;
  }

  /// What to write: the buffer that was given, or a rewritten batch.
  public ByteBuffer bytes() {
    return bytes;
  }

  public int position() {
    return position;
  }

  /// Without a partial batch at the end.
  public int length() {
    return length;
  }

  public long lastOffset() {
    return lastOffset;
  }

  public long maxTimestamp() {
    return maxTimestamp;
  }

  /// Checks one batch and gives it the offsets from `nextOffset` on.
  public boolean validate(
      ByteBuffer given,
      int at,
      int available,
      LogConfig config,
      AppendOrigin origin,
      short produceVersion,
      int leaderEpoch,
      long nextOffset,
      long nowMs) {
    begin(given, at);
    int size = BatchFraming.sizeAt(given, at, at + available);
    if (size == BatchFraming.MALFORMED) {
      return refuse(Errors.CORRUPT_MESSAGE, "The batch has an impossible length or magic");
    }
    if (size == BatchFraming.PARTIAL) {
      return refuse(
          Errors.INVALID_RECORD,
          "Produce requests must have at least one record batch per partition");
    }
    if (!oneBatchOfMagic2(given, at, size, available)) {
      return false;
    }
    length = size;
    if (origin == AppendOrigin.CLIENT) {
      if (BatchHeader.codec(given, at) == CompressionType.ZSTD.id
          && produceVersion < FIRST_VERSION_WITH_ZSTD) {
        return refuse(
            Errors.UNSUPPORTED_COMPRESSION_TYPE,
            "Produce requests with version " + produceVersion + " must not use ZStandard");
      }
      if (BatchHeader.baseOffset(given, at) != 0) {
        return refuse(Errors.INVALID_RECORD, "The base offset of the record batch should be 0");
      }
    }
    if (!soundSize(given, at, size, config)) {
      return false;
    }
    if (origin == AppendOrigin.CLIENT && !clientMayWrite(given, at)) {
      return false;
    }
    return validateRecords(given, at, size, config, leaderEpoch, nextOffset, nowMs);
  }

  /// Checks batches that already carry offsets and epoch (Raft's).
  public boolean validateAssigned(
      ByteBuffer given, int at, int available, LogConfig config, int leaderEpoch, long nextOffset) {
    begin(given, at);
    long next = nextOffset;
    int end = at + available;
    for (int batch = at; batch < end; ) {
      int size = BatchFraming.sizeAt(given, batch, end);
      if (size < BatchHeader.SIZE || BatchHeader.magic(given, batch) != 2) {
        return refuse(Errors.CORRUPT_MESSAGE, "Not a whole batch of magic 2");
      }
      if (BatchHeader.leaderEpoch(given, batch) != leaderEpoch) {
        return refuse(
            Errors.INVALID_RECORD,
            "Append from Raft leader did not set the batch epoch correctly, expected "
                + leaderEpoch
                + " but the batch has "
                + BatchHeader.leaderEpoch(given, batch));
      }
      if (BatchHeader.baseOffset(given, batch) < next) {
        return refuse(
            Errors.INVALID_RECORD,
            "Out of order offset " + BatchHeader.baseOffset(given, batch) + " below " + next);
      }
      if (!soundSize(given, batch, size, config)) {
        return false;
      }
      lastOffset = BatchHeader.lastOffset(given, batch);
      maxTimestamp = Math.max(maxTimestamp, BatchHeader.maxTimestamp(given, batch));
      next = lastOffset + 1;
      batch += size;
      length += size;
    }
    return length > 0 || refuse(Errors.INVALID_RECORD, "No batch to append");
  }

  private void begin(ByteBuffer given, int at) {
    error = Errors.NONE;
    message = "";
    recordErrors = List.of();
    bytes = given;
    position = at;
    length = 0;
    lastOffset = -1;
    maxTimestamp = -1;
    // Absolute reads are bounded by the limit.
    given.clear();
  }

  private boolean oneBatchOfMagic2(ByteBuffer given, int at, int size, int available) {
    if (BatchHeader.magic(given, at) != 2) {
      return refuse(
          Errors.INVALID_RECORD,
          "Produce requests are only allowed to contain record batches with magic version 2");
    }
    int second = BatchFraming.sizeAt(given, at + size, at + available);
    if (second == BatchFraming.MALFORMED) {
      return refuse(Errors.CORRUPT_MESSAGE, "Malformed bytes behind the batch");
    }
    return second == BatchFraming.PARTIAL
        || refuse(
            Errors.INVALID_RECORD,
            "Produce requests are only allowed to contain exactly one record batch per partition");
  }

  private boolean soundSize(ByteBuffer given, int at, int size, LogConfig config) {
    if (size > config.maxMessageBytes()) {
      return refuse(
          Errors.MESSAGE_TOO_LARGE,
          "The record batch size is "
              + size
              + " bytes which exceeds the maximum configured value of "
              + config.maxMessageBytes());
    }
    if (size < BatchHeader.SIZE || !BatchHeader.checksumHolds(given, at, size, crc)) {
      return refuse(Errors.CORRUPT_MESSAGE, "Record is corrupt: its checksum does not hold");
    }
    given.clear();
    return true;
  }

  private boolean clientMayWrite(ByteBuffer given, int at) {
    int lastDelta = BatchHeader.lastOffsetDelta(given, at);
    int count = BatchHeader.recordCount(given, at);
    if (lastDelta < 0) {
      return refuse(Errors.INVALID_RECORD, "Batch has an invalid offset range up to " + lastDelta);
    }
    if (count <= 0) {
      return refuse(Errors.INVALID_RECORD, "Invalid reported count for record batch: " + count);
    }
    if (lastDelta + 1L != count) {
      return refuse(
          Errors.INVALID_RECORD,
          "Inconsistent batch offset range 0.." + lastDelta + " and count of records " + count);
    }
    if (BatchHeader.isControl(given, at)) {
      return refuse(Errors.INVALID_RECORD, "Clients are not allowed to write control records");
    }
    if (BatchHeader.hasProducerId(given, at) && BatchHeader.baseSequence(given, at) < 0) {
      return refuse(
          Errors.INVALID_RECORD,
          "Invalid sequence number "
              + BatchHeader.baseSequence(given, at)
              + " in record batch with producerId "
              + BatchHeader.producerId(given, at));
    }
    return true;
  }

  private boolean validateRecords(
      ByteBuffer given,
      int at,
      int size,
      LogConfig config,
      int leaderEpoch,
      long nextOffset,
      long nowMs) {
    int codec = BatchHeader.codec(given, at);
    if (codec > CompressionType.ZSTD.id) {
      return refuse(Errors.INVALID_RECORD, "Unknown compression type id " + codec);
    }
    int lastDelta = BatchHeader.lastOffsetDelta(given, at);
    if (lastDelta < 0) {
      return refuse(Errors.INVALID_RECORD, "Batch has an invalid offset range up to " + lastDelta);
    }
    if (BatchHeader.isLogAppendTime(given, at)) {
      recordErrors =
          List.of(new RecordError(0, "Producer should not set timestamp type to LogAppendTime."));
      return refuse(Errors.INVALID_TIMESTAMP, "Invalid timestamp type in batch");
    }
    boolean control = BatchHeader.isControl(given, at);
    boolean appendTime = config.timestampType() == TimestampType.LOG_APPEND_TIME;
    boolean checkTime = !appendTime && !control;
    long oldestMs = checkTime ? saturatedSubtract(nowMs, config.timestampBeforeMaxMs()) : MIN;
    long newestMs = checkTime ? saturatedAdd(nowMs, config.timestampAfterMaxMs()) : MAX;
    boolean keysRequired = config.compact() && !control;

    Compression target = config.compression();
    if (target != null && target.type().id != codec && !control) {
      return recompress(
          given,
          at,
          size,
          new Recompression.Target(
              target,
              config.timestampType(),
              nextOffset,
              nowMs,
              leaderEpoch,
              keysRequired,
              oldestMs,
              newestMs,
              config.maxMessageBytes()));
    }
    long largest;
    if (codec == CompressionType.NONE.id) {
      String unsound = walk.walk(given, at, size, keysRequired, oldestMs, newestMs);
      given.clear();
      if (unsound != null) {
        return refuse(Errors.INVALID_RECORD, unsound);
      }
      if (!walk.errors().isEmpty()) {
        return refuseRecords(walk.errors(), walk.timestampError());
      }
      largest = walk.maxTimestamp();
    } else {
      largest = Math.max(BatchHeader.maxTimestamp(given, at), BatchHeader.baseTimestamp(given, at));
      if (!compressedHeaderFits(given, at, largest, oldestMs, newestMs)
          || (keysRequired && !compressedKeysPresent(given, at, size))) {
        return false;
      }
    }
    maxTimestamp = appendTime ? nowMs : largest;
    lastOffset = nextOffset + lastDelta;
    BatchHeader.setBaseOffset(given, at, nextOffset);
    BatchHeader.setLeaderEpoch(given, at, leaderEpoch);
    BatchHeader.setMaxTimestamp(given, at, size, appendTime, maxTimestamp, crc);
    given.clear();
    return true;
  }

  private static final long MIN = Long.MIN_VALUE;
  private static final long MAX = Long.MAX_VALUE;

  private boolean compressedHeaderFits(
      ByteBuffer given, int at, long largest, long oldestMs, long newestMs) {
    long base = BatchHeader.baseTimestamp(given, at);
    boolean tooNew = largest != -1 && largest > newestMs;
    boolean tooOld = base != -1 && base < oldestMs;
    if (tooNew || tooOld) {
      long timestamp = tooNew ? largest : base;
      return refuseRecords(
          List.of(
              new RecordError(0, RecordWalk.timestampOutOfRange(timestamp, oldestMs, newestMs))),
          true);
    }
    return true;
  }

  private boolean compressedKeysPresent(ByteBuffer given, int at, int size) {
    try {
      List<RecordError> keyless = Recompression.keylessRecords(given.slice(at, size));
      return keyless.isEmpty() || refuseRecords(keyless, false);
    } catch (RuntimeException e) {
      return refuse(Errors.INVALID_RECORD, "The batch cannot be decompressed: " + e.getMessage());
    }
  }

  private boolean recompress(ByteBuffer given, int at, int size, Recompression.Target target) {
    Recompression.Errors errors = new Recompression.Errors();
    ByteBuffer rewritten;
    try {
      rewritten = Recompression.rewrite(given.slice(at, size), target, errors);
    } catch (RuntimeException e) {
      return refuse(Errors.INVALID_RECORD, "The batch cannot be decompressed: " + e.getMessage());
    }
    if (!errors.list.isEmpty()) {
      return refuseRecords(errors.list, errors.timestamp);
    }
    if (rewritten == null || rewritten.remaining() > target.maxBytes()) {
      return refuse(
          Errors.MESSAGE_TOO_LARGE,
          "The record batch, compressed anew, exceeds the maximum configured value of "
              + target.maxBytes());
    }
    bytes = rewritten;
    position = rewritten.position();
    length = rewritten.remaining();
    lastOffset = BatchHeader.lastOffset(rewritten, position);
    maxTimestamp = BatchHeader.maxTimestamp(rewritten, position);
    return true;
  }

  private boolean refuseRecords(List<RecordError> errors, boolean timestamp) {
    recordErrors = errors;
    return timestamp
        ? refuse(
            Errors.INVALID_TIMESTAMP,
            "One or more records have been rejected due to invalid timestamp")
        : refuse(
            Errors.INVALID_RECORD,
            "One or more records have been rejected due to "
                + errors.size()
                + " record errors in total, and only showing the first three errors at most: "
                + errors.subList(0, Math.min(errors.size(), 3)));
  }

  private boolean refuse(Errors why, String text) {
    error = why;
    message = text;
    return false;
  }

  private static long saturatedSubtract(long a, long b) {
    long difference = a - b;
    return b > 0 && difference > a ? Long.MIN_VALUE : difference;
  }

  private static long saturatedAdd(long a, long b) {
    long sum = a + b;
    return b > 0 && sum < a ? Long.MAX_VALUE : sum;
  }
}
