package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.raft.KafkaTime;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metadata.AbortTransactionRecord;
import org.apache.kafka.common.metadata.BeginTransactionRecord;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.EndTransactionRecord;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifestType;
import org.apache.kafka.metadata.SupportedConfigChecker;
import org.apache.kafka.raft.Batch;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.internals.MemoryBatchReader;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Test;

class ImagePublisherTest {

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final VirtualNode node = world.node("n1");
  private final List<Throwable> faults = new ArrayList<>();
  private final List<String> calls = new ArrayList<>();
  private OptionalLong highWatermark = OptionalLong.empty();
  private long nextOffset;

  private final ImagePublisher publisher =
      new ImagePublisher(
          node.dedicatedLoop("metadata"),
          KafkaTime.wall(node.clock()),
          1,
          () -> highWatermark,
          () -> KRaftVersion.KRAFT_VERSION_1,
          SupportedConfigChecker.TRUE,
          (_, cause) -> faults.add(cause));

  ImagePublisherTest() {
    publisher.add((delta, image, manifest) ->
        calls.add(
            (manifest.type() == LoaderManifestType.SNAPSHOT ? "snapshot " : "log ")
                + image.offset()
                + " changes "
                + (delta.topicsDelta() == null ? 0 : delta.topicsDelta().changedTopics().size())));
  }

  @Test
  void showsNothingBeforeItHasCaughtUp() {
    highWatermark = OptionalLong.of(4);
    commit(version(), topic("a"));
    commit(topic("b"));
    assertThat(calls).isEmpty();
    assertThat(publisher.image()).isEqualTo(MetadataImage.EMPTY);

    commit(topic("c"));
    assertThat(calls).containsExactly("log 3 changes 3");
    commit(topic("d"));
    assertThat(calls).containsExactly("log 3 changes 3", "log 4 changes 1");
  }

  @Test
  void showsNothingWhileTheHighWatermarkIsUnknown() {
    commit(version(), topic("a"));
    assertThat(calls).isEmpty();
  }

  @Test
  void showsTheRecordsOfATransactionTogether() {
    start();
    commit(new BeginTransactionRecord().setName("many"), topic("a"));
    commit(topic("b"));
    assertThat(publisher.image().topics().topicsByName()).isEmpty();
    commit(new EndTransactionRecord());
    assertThat(publisher.image().topics().topicsByName()).containsOnlyKeys("a", "b");
  }

  @Test
  void showsNothingOfAnAbortedTransaction() {
    start();
    commit(new BeginTransactionRecord().setName("many"), topic("a"));
    commit(new AbortTransactionRecord().setReason("leader went"));
    commit(topic("b"));
    assertThat(publisher.image().topics().topicsByName()).containsOnlyKeys("b");
  }

  @Test
  void hasTheImageInTheCacheBeforeListenersHearOfIt() {
    List<Boolean> seen = new ArrayList<>();
    publisher.add((_, image, _) -> seen.add(publisher.image() == image));
    publisher.add((_, image, _) ->
        seen.add(publisher.cache().getAllTopics().size() == image.topics().topicsByName().size()));
    start();
    commit(topic("a"));
    assertThat(seen).hasSize(4).containsOnly(true);
  }

  @Test
  void tellsOfLeaders() {
    publisher.add(
        new ImageListener() {
          @Override
          public void onImage(
              org.apache.kafka.image.MetadataDelta delta,
              MetadataImage image,
              org.apache.kafka.image.loader.LoaderManifest manifest) {}

          @Override
          public void onLeaderChange(int leaderId, int epoch) {
            calls.add("leader " + leaderId + " epoch " + epoch);
          }
        });
    publisher.handleLeaderChange(new LeaderAndEpoch(OptionalInt.of(3), 7));
    publisher.handleLeaderChange(new LeaderAndEpoch(OptionalInt.empty(), 8));
    world.runFor(1_000_000);
    assertThat(calls).containsExactly("leader 3 epoch 7", "leader -1 epoch 8");
  }

  @Test
  void aRemovedTopicTakesTheSettingsOfTheSameCommitWithIt() {
    start();
    commit(topic("a"), setting("a"), topic("b"), setting("b"), removal("a"));
    assertThat(configured()).containsExactly("b");

    commit(topic("c"), setting("c"));
    commit(setting("c"), removal("c"), setting("b"), removal("b"), topic("b"));
    assertThat(configured()).isEmpty();
    assertThat(publisher.image().topics().topicsByName()).containsOnlyKeys("b");
    assertThat(publisher.image().offset()).isEqualTo(nextOffset - 1);
    assertThat(faults).isEmpty();
  }

  private List<String> configured() {
    return publisher.image().configs().resourceData().keySet().stream()
        .map(ConfigResource::name)
        .sorted()
        .toList();
  }

  private static ApiMessage setting(String topic) {
    return new ConfigRecord()
        .setResourceType(ConfigResource.Type.TOPIC.id())
        .setResourceName(topic)
        .setName("retention.ms")
        .setValue("1");
  }

  private static ApiMessage removal(String topic) {
    return new RemoveTopicRecord().setTopicId(new Uuid(1, topic.hashCode()));
  }

  @Test
  void stopsAtARecordThatCannotBeApplied() {
    start();
    commit(new RemoveTopicRecord().setTopicId(new Uuid(4, 4)));
    commit(topic("a"));
    assertThat(faults).hasSize(1);
    assertThat(publisher.image().topics().topicsByName()).isEmpty();
  }

  private void start() {
    highWatermark = OptionalLong.of(1);
    commit(version());
  }

  private static ApiMessage version() {
    return new FeatureLevelRecord()
        .setName(MetadataVersion.FEATURE_NAME)
        .setFeatureLevel(MetadataVersion.latestProduction().featureLevel());
  }

  private static ApiMessage topic(String name) {
    return new TopicRecord().setName(name).setTopicId(new Uuid(1, name.hashCode()));
  }

  private void commit(ApiMessage... records) {
    List<ApiMessageAndVersion> batch = new ArrayList<>();
    for (ApiMessage record : records) {
      batch.add(new ApiMessageAndVersion(record, (short) 0));
    }
    publisher.handleCommit(
        MemoryBatchReader.of(List.of(Batch.data(nextOffset, 1, 0, 100, batch)), _ -> {}));
    nextOffset += records.length;
    world.runFor(1_000_000);
  }
}
