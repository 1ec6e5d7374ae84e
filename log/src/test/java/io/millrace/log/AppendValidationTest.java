package io.millrace.log;

import static io.millrace.log.Batches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.format.BatchHeader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a leader refuses, with Kafka's error for each.
class AppendValidationTest {

  @TempDir Path temp;
  private LogFixture on;

  @BeforeEach
  void open() {
    on = new LogFixture(temp);
  }

  @AfterEach
  void nothingRefusedWasWritten() {
    on.crash();
    on.close();
  }

  private void refuses(ByteBuffer batch, Errors error) {
    long before = on.log().logEndOffset();
    assertThat(on.refused(batch).error()).isEqualTo(error);
    assertThat(on.log().logEndOffset()).isEqualTo(before);
  }

  /// Makes the checksum right again after a header field was changed.
  private static ByteBuffer signed(ByteBuffer batch) {
    CRC32C crc = new CRC32C();
    crc.update(batch.duplicate().position(21));
    return batch.putInt(17, (int) crc.getValue());
  }

  @Test
  void refusesFlippedBits() {
    for (int at = 17; at < 100; at++) {
      ByteBuffer batch = batch().of(3);
      batch.put(at, (byte) (batch.get(at) ^ 4));
      refuses(batch, Errors.CORRUPT_MESSAGE);
    }
  }

  @Test
  void refusesImpossibleSizes() {
    for (int length : new int[] {-1, Integer.MIN_VALUE, 0, 13, Integer.MAX_VALUE}) {
      refuses(batch().of(1).putInt(8, length), Errors.CORRUPT_MESSAGE);
    }
    refuses(batch().of(1).putInt(8, 20), Errors.CORRUPT_MESSAGE);
  }

  @Test
  void refusesWhatIsNoBatch() {
    refuses(ByteBuffer.allocateDirect(0), Errors.INVALID_RECORD);
    refuses(ByteBuffer.allocateDirect(11), Errors.INVALID_RECORD);
    refuses(batch().of(1).put(16, (byte) 3), Errors.CORRUPT_MESSAGE);
    ByteBuffer cut = batch().of(1);
    refuses(cut.limit(cut.limit() - 1), Errors.INVALID_RECORD);
  }

  @Test
  void refusesOldFormats() {
    for (byte magic = 0; magic < 2; magic++) {
      refuses(
          Batches.direct(
              MemoryRecords.withRecords(
                  magic, Compression.NONE, new SimpleRecord(1, new byte[1], new byte[2]))),
          Errors.INVALID_RECORD);
    }
  }

  @Test
  void refusesTwoBatches() {
    ByteBuffer one = batch().of(1);
    ByteBuffer two = ByteBuffer.allocateDirect(2 * one.limit());
    two.put(one.duplicate()).put(one.duplicate()).flip();
    refuses(two, Errors.INVALID_RECORD);
  }

  @Test
  void ignoresAPartialBatchAtTheEnd() {
    ByteBuffer one = batch().of(1);
    ByteBuffer more = ByteBuffer.allocateDirect(one.limit() + 10);
    more.put(one.duplicate()).flip();
    assertThat(on.appended(more).lastOffset()).isEqualTo(0);
  }

  @Test
  void refusesTooLargeBatches() {
    on.with("max.message.bytes", 1000);
    refuses(batch().values(1000).of(1), Errors.MESSAGE_TOO_LARGE);
    on.with("max.message.bytes", 100_000).with("segment.bytes", 5000);
    refuses(batch().values(6000).of(1), Errors.RECORD_LIST_TOO_LARGE);
  }

  @Test
  void refusesHeadersThatContradictThemselves() {
    refuses(signed(batch().of(3).putInt(57, 2)), Errors.INVALID_RECORD);
    refuses(signed(batch().of(3).putInt(57, 0)), Errors.INVALID_RECORD);
    refuses(signed(batch().of(3).putInt(57, -5)), Errors.INVALID_RECORD);
    refuses(signed(batch().of(3).putInt(23, -1)), Errors.INVALID_RECORD);
    refuses(signed(batch().of(3).putInt(23, 7)), Errors.INVALID_RECORD);
    refuses(batch().of(3).putLong(0, 5), Errors.INVALID_RECORD);
    refuses(signed(batch().by(7, 0, 0).of(1).putInt(53, -1)), Errors.INVALID_RECORD);
    refuses(signed(batch().of(1).putShort(21, (short) 5)), Errors.INVALID_RECORD);
  }

  @Test
  void refusesRecordsThatContradictTheHeader() {
    refuses(signed(batch().of(3).putInt(57, 4).putInt(23, 3)), Errors.INVALID_RECORD);
    refuses(signed(batch().of(3).putInt(57, 2).putInt(23, 1)), Errors.INVALID_RECORD);
    ByteBuffer batch = batch().of(3);
    for (int at = BatchHeader.SIZE; at < batch.limit(); at++) {
      // Whatever the byte meant, the outcome is an answer, and never a wrong log.
      for (int value : new int[] {0xff, 0x80, 0x7f, 0, 1}) {
        ByteBuffer changed = batch().of(3);
        changed.put(at, (byte) value);
        on.append(signed(changed));
      }
    }
    assertThat(on.readAll(0)).hasSize((int) on.log().logEndOffset());
  }

  @Test
  void refusesControlBatchesOfClients() {
    refuses(Batches.marker(7, 0, true, 0), Errors.INVALID_RECORD);
  }

  @Test
  void refusesTransactionsThatNobodyBegan() {
    refuses(batch().by(7, 0, 0).transactional().of(1), Errors.INVALID_TXN_STATE);
  }

  @Test
  void refusesZstandardFromOldClients() {
    ByteBuffer batch = batch().compressed(Compression.zstd().build()).of(3);
    AppendOutcome outcome =
        on.log().appendAsLeader(batch, 0, batch.limit(), 0, AppendOrigin.CLIENT, (short) 6);
    assertThat(((AppendOutcome.Refused) outcome).error())
        .isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
  }

  @Test
  void refusesTimestampsOutOfBounds() {
    on.with("message.timestamp.after.max.ms", 1000).with("message.timestamp.before.max.ms", 5000);
    long now = StagedWorld.START_MS;
    for (Compression codec : new Compression[] {Compression.NONE, Compression.gzip().build()}) {
      refuses(batch().compressed(codec).at(now + 1001).of(1), Errors.INVALID_TIMESTAMP);
      refuses(batch().compressed(codec).at(now - 5001).of(1), Errors.INVALID_TIMESTAMP);
      refuses(batch().compressed(codec).at(now).stepping(600).of(3), Errors.INVALID_TIMESTAMP);
      on.appended(batch().compressed(codec).at(now + 1000).of(1));
      on.appended(batch().compressed(codec).at(now - 5000).of(1));
    }
    on.appended(batch().at(-1).of(1));
    assertThat(on.refused(batch().at(now).stepping(600).of(3)).recordErrors())
        .extracting(RecordError::batchIndex)
        .containsExactly(2);
  }

  @Test
  void refusesTimestampsThatClaimToBeTheBrokers() {
    refuses(signed(batch().of(1).putShort(21, (short) 8)), Errors.INVALID_TIMESTAMP);
  }

  @Test
  void refusesKeylessRecordsOnCompactedTopics() {
    on.with("cleanup.policy", "compact");
    for (CompressionType codec : CompressionType.values()) {
      Compression compression = Compression.of(codec).build();
      AppendOutcome.Refused refused = on.refused(batch().compressed(compression).keyless().of(3));
      assertThat(refused.error()).isEqualTo(Errors.INVALID_RECORD);
      assertThat(refused.recordErrors())
          .extracting(RecordError::batchIndex)
          .containsExactly(0, 1, 2);
      on.appended(batch().compressed(compression).of(3));
    }
  }

  @Test
  void correctsALargestTimestampThatIsWrong() {
    ByteBuffer batch = signed(batch().at(1000).stepping(10).of(3).putLong(35, 5));
    on.appended(batch);
    assertThat(stored(0).maxTimestamp()).isEqualTo(1020);
    stored(0).ensureValid();
  }

  @Test
  void stampsWithItsOwnTimeWhereTheTopicAsksForIt() {
    on.with("message.timestamp.type", "LogAppendTime");
    for (CompressionType codec : CompressionType.values()) {
      ByteBuffer batch = batch().at(5).compressed(Compression.of(codec).build()).of(2);
      AppendOutcome.Appended appended = on.appended(batch);
      assertThat(appended.logAppendTimeMs()).isEqualTo(StagedWorld.START_MS);
      MutableRecordBatch stored = stored(appended.firstOffset());
      stored.ensureValid();
      assertThat(stored.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
      assertThat(stored.iterator().next().timestamp()).isEqualTo(StagedWorld.START_MS);
    }
  }

  @Test
  void storesWithTheCodecOfTheTopic() {
    for (CompressionType target : CompressionType.values()) {
      on.with("compression.type", target == CompressionType.NONE ? "uncompressed" : target.name);
      for (CompressionType source : CompressionType.values()) {
        long offset = on.log().logEndOffset();
        on.appended(
            batch().by(40, 0, (int) offset).compressed(Compression.of(source).build()).of(5));
        MutableRecordBatch stored = stored(offset);
        assertThat(stored.compressionType()).isEqualTo(target);
        assertThat(stored.producerId()).isEqualTo(40);
        assertThat(stored.baseSequence()).isEqualTo((int) offset);
        assertThat(stored)
            .extracting(Record::offset)
            .containsExactly(offset, offset + 1, offset + 2, offset + 3, offset + 4);
      }
    }
  }

  @Test
  void refusesABombThatWouldGrow() {
    on.with("compression.type", "uncompressed");
    refuses(
        batch().compressed(Compression.zstd().build()).values(3 << 20).of(1),
        Errors.MESSAGE_TOO_LARGE);
  }

  @Test
  void refusesRubbishInsideACompressedBatchWhereItMustLook() {
    on.with("cleanup.policy", "compact");
    for (CompressionType codec : CompressionType.values()) {
      ByteBuffer batch = batch().compressed(Compression.of(codec).build()).values(100).of(20);
      for (int at = BatchHeader.SIZE; at < batch.limit(); at++) {
        ByteBuffer changed = ByteBuffer.allocateDirect(batch.limit());
        changed.put(batch.duplicate()).flip();
        changed.put(at, (byte) (changed.get(at) ^ 0x55));
        // An answer of some kind, no exception.
        on.append(signed(changed));
      }
    }
  }

  private MutableRecordBatch stored(long offset) {
    LogRead.Data data = (LogRead.Data) on.log().read(offset, 1, on.log().logEndOffset(), true);
    MutableRecordBatch batch = LogFixture.records(data).batches().iterator().next();
    assertThat(batch.baseOffset()).isEqualTo(offset);
    assertThat(batch.partitionLeaderEpoch()).isEqualTo(3);
    assertThat(batch.magic()).isEqualTo(RecordBatch.MAGIC_VALUE_V2);
    return batch;
  }
}
