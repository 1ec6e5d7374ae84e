package io.millrace.metadata.stored;

import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.MetadataRecordType;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.ControlRecordUtils;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.raft.VoterSet;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.KRaftVersion;
import org.jspecify.annotations.Nullable;

/// What decides whether a metadata log can be served: the levels of features, who votes, which
/// topics keep a part of their log elsewhere. Everything else in the log is passed over undecoded.
public final class StoredQuorum implements RecordVisitor {

  private final SortedMap<String, Short> features = new TreeMap<>();
  private final Map<Uuid, String> topics = new HashMap<>();
  private final SortedSet<String> remoteTopics = new TreeSet<>();
  private @Nullable VoterSet voters;
  private @Nullable StoredExtent extent;
  private boolean holdsMetadata;

  private StoredQuorum() {}

  /// Reads the metadata log of a directory. Blocks.
  ///
  /// @throws IOException when it cannot be read or understood
  public static StoredQuorum read(Disk disk, Path directory) throws IOException {
    StoredQuorum quorum = new StoredQuorum();
    quorum.extent = StoredRecords.walk(disk, directory, quorum);
    return quorum;
  }

  /// Levels by feature name, `metadata.version` and `kraft.version` among them; those at level 0
  /// are absent.
  public SortedMap<String, Short> features() {
    return features;
  }

  /// Whether the controller has written anything. A directory that was formatted and never came
  /// further than Raft's own records has not got its `metadata.version` yet: that one still lies in
  /// `bootstrap.checkpoint`.
  public boolean holdsMetadata() {
    return holdsMetadata;
  }

  /// The voters that the log names; null in a quorum that `controller.quorum.voters` names.
  public @Nullable VoterSet voters() {
    return voters;
  }

  /// Topics with `remote.storage.enable=true`.
  public SortedSet<String> remoteTopics() {
    return remoteTopics;
  }

  public StoredExtent extent() {
    if (extent == null) {
      throw new IllegalStateException("not read");
    }
    return extent;
  }

  @Override
  public boolean wants(MetadataRecordType type) {
    holdsMetadata |=
        switch (type) {
          case NO_OP_RECORD,
              BEGIN_TRANSACTION_RECORD,
              END_TRANSACTION_RECORD,
              ABORT_TRANSACTION_RECORD ->
              false;
          default -> true;
        };
    return switch (type) {
      case FEATURE_LEVEL_RECORD, CONFIG_RECORD, TOPIC_RECORD, REMOVE_TOPIC_RECORD -> true;
      default -> false;
    };
  }

  @Override
  public void onRecord(ApiMessageAndVersion record) {
    switch (record.message()) {
      case FeatureLevelRecord level -> setLevel(level.name(), level.featureLevel());
      case TopicRecord topic -> topics.put(topic.topicId(), topic.name());
      case RemoveTopicRecord removed -> remoteTopics.remove(topics.remove(removed.topicId()));
      case ConfigRecord config -> onConfig(config);
      default -> {}
    }
  }

  private void setLevel(String feature, short level) {
    if (level == 0) {
      features.remove(feature);
    } else {
      features.put(feature, level);
    }
  }

  private void onConfig(ConfigRecord config) {
    if (config.resourceType() == ConfigResource.Type.TOPIC.id()
        && config.name().equals(TopicConfig.REMOTE_LOG_STORAGE_ENABLE_CONFIG)) {
      if (Boolean.parseBoolean(config.value())) {
        remoteTopics.add(config.resourceName());
      } else {
        remoteTopics.remove(config.resourceName());
      }
    }
  }

  @Override
  public void onControl(ControlRecordType type, Record record) {
    switch (type) {
      case KRAFT_VERSION ->
          setLevel(
              KRaftVersion.FEATURE_NAME,
              ControlRecordUtils.deserializeKRaftVersionRecord(record).kRaftVersion());
      case KRAFT_VOTERS ->
          voters = VoterSet.fromVotersRecord(ControlRecordUtils.deserializeVotersRecord(record));
      default -> {}
    }
  }
}
