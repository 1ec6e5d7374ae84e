package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.format.NodeIdentity;
import io.millrace.metadata.raft.MetadataLog;
import io.millrace.runtime.real.RealWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble.VerificationFlag;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.FileQuorumStateStore;
import org.apache.kafka.raft.Isolation;
import org.apache.kafka.raft.MetadataLogConfig;
import org.apache.kafka.raft.internals.KafkaRaftLog;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.util.KafkaScheduler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kafka's own classes open what a node of ours leaves behind.
class KafkaReadsItTest {

  @TempDir Path directory;

  @Test
  void findsTheDirectoryInOrder() throws Exception {
    NodeIdentity identity = run(Map.of());

    MetaPropertiesEnsemble.Loader loader = new MetaPropertiesEnsemble.Loader();
    loader.addMetadataLogDir(directory.toString()).addLogDirs(List.of(directory.toString()));
    MetaPropertiesEnsemble ensemble = loader.load();
    ensemble.verify(
        Optional.of(identity.clusterId()),
        OptionalInt.of(1),
        EnumSet.of(
            VerificationFlag.REQUIRE_AT_LEAST_ONE_VALID,
            VerificationFlag.REQUIRE_METADATA_LOG_DIR));
    assertThat(ensemble.logDirProps())
        .hasEntrySatisfying(
            directory.toString(),
            it -> assertThat(it.directoryId()).contains(identity.metadataDirectoryId()));
    assertThat(new BootstrapDirectory(directory.toString()).read().metadataVersion())
        .isEqualTo(MetadataVersion.latestProduction());
  }

  @Test
  void readsTheVote() throws Exception {
    run(Map.of());

    ElectionState vote =
        new FileQuorumStateStore(folder().resolve("quorum-state").toFile())
            .readElectionState()
            .orElseThrow();
    assertThat(vote.leaderId()).isEqualTo(1);
    assertThat(vote.epoch()).isEqualTo(1);
  }

  @Test
  void readsTheMetadataLog() throws Exception {
    run(Map.of(), "orders", "payments");

    try (KafkaRaftLog log = openLog()) {
      assertThat(topicsIn(log.read(0, Isolation.UNCOMMITTED, 1 << 20).records))
          .containsExactly("orders", "payments");
      assertThat(log.lastFetchedEpoch()).isEqualTo(1);
    }
  }

  @Test
  void readsOurSnapshots() throws Exception {
    run(
        Map.of("metadata.log.max.record.bytes.between.snapshots", "2000"),
        "orders",
        "payments",
        "returns");

    try (KafkaRaftLog log = openLog()) {
      assertThat(log.latestSnapshotId().orElseThrow().offset()).isPositive();
      assertThat(topicsIn(log.latestSnapshot().orElseThrow().records()))
          .isNotEmpty()
          .isSubsetOf("orders", "payments", "returns");
    }
  }

  private Path folder() {
    return directory.resolve(MetadataLog.FOLDER);
  }

  private KafkaRaftLog openLog() throws Exception {
    return KafkaRaftLog.createLog(
        MetadataLog.PARTITION,
        Uuid.METADATA_TOPIC_ID,
        folder().toFile(),
        Time.SYSTEM,
        new KafkaScheduler(1),
        new MetadataLogConfig(new AbstractConfig(MetadataLogConfig.CONFIG_DEF, Map.of(), false)),
        1);
  }

  private static List<String> topicsIn(Records records) {
    List<String> topics = new ArrayList<>();
    for (RecordBatch batch : records.batches()) {
      batch.ensureValid();
      if (batch.isControlBatch()) {
        continue;
      }
      for (Record record : batch) {
        if (new MetadataRecordSerde()
                .read(new ByteBufferAccessor(record.value()), record.valueSize())
                .message()
            instanceof TopicRecord topic) {
          topics.add(topic.name());
        }
      }
    }
    return topics;
  }

  private NodeIdentity run(Map<String, Object> overrides, String... topics) throws Exception {
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory, overrides, -1).start().awaitUnfenced()) {
      for (String topic : topics) {
        node.createTopic(topic, 2).get(10, TimeUnit.SECONDS);
      }
      if (!overrides.isEmpty()) {
        // No-op records arrive twice a second, and the schedule looks whenever one does.
        node.images().await(_ -> hasSnapshot());
      }
      return node.identity();
    }
  }

  private boolean hasSnapshot() {
    try (Stream<Path> files = Files.list(folder())) {
      return files.filter(it -> it.toString().endsWith(".checkpoint")).count() > 1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
