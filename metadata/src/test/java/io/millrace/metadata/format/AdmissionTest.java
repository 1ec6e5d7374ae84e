package io.millrace.metadata.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.format.LogFiles;
import io.millrace.metadata.raft.MetadataLog;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.NoOpRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.coordinator.transaction.TransactionLog;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.common.TransactionVersion;
import org.junit.jupiter.api.Test;

/// What cannot be served is refused by name, and the directory stays as it was.
class AdmissionTest {

  private static final Path DATA = Path.of("/data");
  private static final Path METADATA = DATA.resolve(MetadataLog.FOLDER);
  private static final Uuid TOPIC = new Uuid(7, 7);

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final VirtualNode node = world.node("n1");

  @Test
  void servesEveryProductionVersion() throws IOException {
    for (MetadataVersion version : MetadataVersion.VERSIONS) {
      if (version.isProduction()) {
        formatted();
        log(feature("metadata.version", version.featureLevel()));
        assertThat(ClusterFormatter.prepare(node, FormatRequests.in(DATA).build()))
            .as("%s", version)
            .isInstanceOf(FormatOutcome.Ready.class);
        node.disk().deleteTree(DATA);
      }
    }
  }

  @Test
  void refusesANewerMetadataVersion() throws IOException {
    formatted();
    short next = (short) (MetadataVersion.latestProduction().featureLevel() + 1);
    log(feature("metadata.version", next));

    assertThat(refused())
        .singleElement()
        .asString()
        .contains("metadata.version is", "newer than 4.3-IV0", "downgrade --metadata 4.3-IV0");
  }

  @Test
  void theLastLevelCounts() throws IOException {
    formatted();
    log(
        feature("metadata.version", (short) 999),
        feature("metadata.version", MetadataVersion.latestProduction().featureLevel()));

    assertThat(ClusterFormatter.prepare(node, FormatRequests.in(DATA).build()))
        .isInstanceOf(FormatOutcome.Ready.class);
  }

  @Test
  void refusesAMetadataVersionOfTheEarlyDays() throws IOException {
    formatted();
    log(feature("metadata.version", (short) 4));

    assertThat(refused()).singleElement().asString().contains("metadata.version is 4", "Kafka 3.9");
  }

  @Test
  void servesADirectoryWhoseFirstControllerWasKilledBeforeItWroteItsVersion() throws IOException {
    formatted();
    write(METADATA, simple(new MetadataRecordSerde(), new NoOpRecord()));
    assertThat(ClusterFormatter.prepare(node, FormatRequests.in(DATA).build()))
        .isInstanceOf(FormatOutcome.Ready.class);
  }

  @Test
  void refusesUnknownFeaturesAndLevels() throws IOException {
    formatted();
    log(
        feature("flux.version", (short) 1),
        feature(
            Feature.GROUP_VERSION.featureName(),
            (short) (Feature.GROUP_VERSION.latestProduction() + 1)));

    assertThat(refused())
        .hasSize(2)
        .anySatisfy(
            it -> assertThat(it).contains("feature flux.version is at level 1", "not known"))
        .anySatisfy(it -> assertThat(it).contains("feature group.version", "newest known"));
  }

  @Test
  void refusesTopicsWithRemoteStorageUnlessTheyAreGone() throws IOException {
    formatted();
    log(
        new TopicRecord().setName("tiered").setTopicId(TOPIC),
        remoteStorage("tiered"),
        new TopicRecord().setName("kept").setTopicId(new Uuid(7, 8)),
        remoteStorage("kept"),
        new RemoveTopicRecord().setTopicId(TOPIC));

    assertThat(refused())
        .singleElement()
        .asString()
        .contains("remote.storage.enable", "kept")
        .doesNotContain("tiered");
  }

  @Test
  void refusesOpenTransactionsByTheirIds() throws IOException {
    formatted();
    log();
    transactions(
        List.of(
            Map.entry("done", TransactionState.ONGOING),
            Map.entry("open", TransactionState.ONGOING),
            Map.entry("deciding", TransactionState.PREPARE_COMMIT),
            Map.entry("done", TransactionState.COMPLETE_COMMIT)));

    assertThat(refused())
        .singleElement()
        .asString()
        .contains("deciding (PrepareCommit), open (Ongoing)")
        .doesNotContain("done");
  }

  @Test
  void refusesAStaticQuorumThatTheConfigurationDoesNotName() throws IOException {
    assertThat(ClusterFormatter.prepare(node, FormatRequests.in(DATA).voter(1).build()))
        .isInstanceOf(FormatOutcome.Ready.class);
    log(feature("metadata.version", MetadataVersion.latestProduction().featureLevel()));

    assertThat(refused()).singleElement().asString().contains("controller.quorum.voters");
    assertThat(ClusterFormatter.prepare(node, FormatRequests.in(DATA).voter(1).build()))
        .isInstanceOf(FormatOutcome.Ready.class);
  }

  @Test
  void refusesAVoterUnderAnotherDirectoryId() throws IOException {
    formatted();
    new MetaPropertiesFile(FormatRequests.CLUSTER, 1, new Uuid(5, 5)).write(node.disk(), DATA);

    assertThat(refused())
        .singleElement()
        .asString()
        .contains("The only voter is node 1", new Uuid(5, 5).toString());
  }

  @Test
  void refusesAControllerThatIsNoVoterAndKnowsNoOther() throws IOException {
    formatted();
    new MetaPropertiesFile(FormatRequests.CLUSTER, 9, new Uuid(5, 5)).write(node.disk(), DATA);

    assertThat(
            ((FormatOutcome.Refused)
                    ClusterFormatter.prepare(node, FormatRequests.in(DATA).node(9).build()))
                .problems())
        .singleElement()
        .asString()
        .contains("9, is no voter", "[1]");
  }

  private void formatted() {
    assertThat(
            ClusterFormatter.prepare(
                node, FormatRequests.in(DATA).cluster(FormatRequests.CLUSTER).build()))
        .isInstanceOf(FormatOutcome.Ready.class);
  }

  /// Refusal, and the proof that nothing was written.
  private List<String> refused() throws IOException {
    Map<String, String> before = contents(DATA);
    FormatOutcome outcome = ClusterFormatter.prepare(node, FormatRequests.in(DATA).build());
    assertThat(outcome).isInstanceOf(FormatOutcome.Refused.class);
    assertThat(contents(DATA)).isEqualTo(before);
    return ((FormatOutcome.Refused) outcome).problems();
  }

  private Map<String, String> contents(Path directory) throws IOException {
    Map<String, String> found = new LinkedHashMap<>();
    for (String name : node.disk().list(directory)) {
      Path path = directory.resolve(name);
      if (node.disk().isDirectory(path)) {
        found.putAll(contents(path));
      } else {
        found.put(path.toString(), Arrays.toString(node.disk().read(path)));
      }
    }
    return found;
  }

  private static FeatureLevelRecord feature(String name, short level) {
    return new FeatureLevelRecord().setName(name).setFeatureLevel(level);
  }

  private static ConfigRecord remoteStorage(String topic) {
    return new ConfigRecord()
        .setResourceType((byte) 2)
        .setResourceName(topic)
        .setName("remote.storage.enable")
        .setValue("true");
  }

  /// A metadata log of one batch, which begins with what a first controller writes.
  private void log(ApiMessage... messages) throws IOException {
    MetadataRecordSerde serde = new MetadataRecordSerde();
    SimpleRecord[] records = new SimpleRecord[messages.length + 1];
    records[0] =
        simple(
            serde, feature("metadata.version", MetadataVersion.latestProduction().featureLevel()));
    for (int i = 0; i < messages.length; i++) {
      records[i + 1] = simple(serde, messages[i]);
    }
    write(METADATA, records);
  }

  private static SimpleRecord simple(MetadataRecordSerde serde, ApiMessage message) {
    var record = new ApiMessageAndVersion(message, (short) 0);
    var cache = new org.apache.kafka.common.protocol.ObjectSerializationCache();
    ByteBuffer bytes = ByteBuffer.allocate(serde.recordSize(record, cache));
    serde.write(record, cache, new org.apache.kafka.common.protocol.ByteBufferAccessor(bytes));
    return new SimpleRecord(0, null, bytes.array());
  }

  private void transactions(List<Map.Entry<String, TransactionState>> states) throws IOException {
    SimpleRecord[] records =
        states.stream()
            .map(entry ->
                new SimpleRecord(
                    0,
                    TransactionLog.keyToBytes(entry.getKey()),
                    TransactionLog.valueToBytes(
                        transaction(entry.getKey(), entry.getValue()), TransactionVersion.TV_2)))
            .toArray(SimpleRecord[]::new);
    write(DATA.resolve("__transaction_state-4"), records);
  }

  private static org.apache.kafka.coordinator.transaction.TxnTransitMetadata transaction(
      String id, TransactionState state) {
    return new TransactionMetadata(
            id,
            11,
            RecordBatch.NO_PRODUCER_ID,
            RecordBatch.NO_PRODUCER_ID,
            (short) 0,
            RecordBatch.NO_PRODUCER_EPOCH,
            60_000,
            state,
            Set.of(new TopicPartition("t", 0)),
            0,
            0,
            TransactionVersion.TV_2)
        .prepareNoTransit();
  }

  private void write(Path folder, SimpleRecord... records) throws IOException {
    MemoryRecords batch =
        MemoryRecords.withRecords(
            RecordBatch.MAGIC_VALUE_V2,
            0,
            Compression.NONE,
            TimestampType.CREATE_TIME,
            RecordBatch.NO_PRODUCER_ID,
            RecordBatch.NO_PRODUCER_EPOCH,
            RecordBatch.NO_SEQUENCE,
            1,
            false,
            records);
    node.disk().createDirectories(folder);
    DiskFile file = node.disk().open(LogFiles.file(folder, 0, LogFiles.LOG));
    file.write(batch.buffer().duplicate(), 0);
    file.release();
  }
}
