package io.millrace.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.LogDeltaManifest;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConfigViewTest {

  private final ConfigView view = view(Map.of("log.roll.ms", "60000"));
  private MetadataImage image = MetadataImage.EMPTY;

  private static ConfigView view(Map<String, String> properties) {
    try {
      return new ConfigView(NodeConfig.parse(properties));
    } catch (InvalidConfiguration e) {
      throw new AssertionError(e);
    }
  }

  private void set(Type type, String resource, String name, @Nullable String value) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
    delta.replay(
        new ConfigRecord()
            .setResourceType(type.id())
            .setResourceName(resource)
            .setName(name)
            .setValue(value));
    image = delta.apply(MetadataProvenance.EMPTY);
    view.onImage(
        delta,
        image,
        new LogDeltaManifest.Builder()
            .provenance(MetadataProvenance.EMPTY)
            .leaderAndEpoch(LeaderAndEpoch.UNKNOWN)
            .numBatches(1)
            .elapsedNs(1)
            .numBytes(1)
            .build());
  }

  @Test
  void thisBrokersSettingsLieOverTheClustersOverTheStaticOnes() {
    List<Integer> seen = new ArrayList<>();
    view.addListener((_, now) -> seen.add(now.logDefaults().maxMessageBytes()));

    set(Type.BROKER, "", "message.max.bytes", "2000");
    set(Type.BROKER, "1", "message.max.bytes", "3000");
    set(Type.BROKER, "2", "message.max.bytes", "4000");
    set(Type.BROKER, "1", "message.max.bytes", null);

    assertThat(seen).containsExactly(2000, 3000, 2000);
  }

  @Test
  void aHigherLayerWinsUnderWhateverSynonym() {
    assertThat(view.current().logDefaults().segmentMs()).isEqualTo(60_000);

    set(Type.BROKER, "", "log.roll.ms", "7000");

    assertThat(view.current().logDefaults().segmentMs()).isEqualTo(7_000);
    assertThat(view.current().values().segmentMs()).isEqualTo(7_000);
  }

  @Test
  void topicsSettingsLieOnTop() {
    set(Type.TOPIC, "events", "segment.ms", "5000");
    set(Type.BROKER, "", "message.max.bytes", "2000");

    assertThat(view.logConfig("events").segmentMs()).isEqualTo(5_000);
    assertThat(view.logConfig("events").maxMessageBytes()).isEqualTo(2_000);
    assertThat(view.logConfig("other").segmentMs()).isEqualTo(60_000);
  }

  @Test
  void leavesOutWhatCannotBeInForce() {
    set(Type.BROKER, "", "message.max.bytes", "nonsense");
    set(Type.BROKER, "", "node.id", "9");
    set(Type.BROKER, "", "listeners", "PLAINTEXT://:1");
    set(Type.BROKER, "", "log.retention.bytes", "5");

    assertThat(view.current().clusterProperties()).containsOnlyKeys("log.retention.bytes");
    assertThat(view.current().values().nodeId()).isEqualTo(1);
  }

  @Test
  void validatesAProposalAgainstWhatItIsLaidOver() {
    view.validate(Map.of("max.connections", "10"), true);

    assertThatThrownBy(() -> view.validate(Map.of("node.id", "3"), true))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("node.id");
    assertThatThrownBy(() -> view.validate(Map.of("max.connections", "-1"), false))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> view.validate(Map.of("max.connections.per.ip", "0"), true))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("nobody could connect");
  }
}
