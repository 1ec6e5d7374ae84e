package io.millrace.metadata;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.jspecify.annotations.Nullable;

/// Which topics got settings since the last image was made, so that an image is made before one of
/// them is removed.
///
/// Kafka's `ConfigurationsDelta` removes with a topic the settings that the image before the delta
/// has, but not those that the same delta brought (4.3.1): a node that meets both in one delta, as
/// one that catches up does, would keep settings of a topic that is gone, and give them to the next
/// topic of that name. Its peers would not.
///
/// Belongs to the loop `metadata`.
final class SettingsInDelta {

  private final Set<String> set = new HashSet<>();
  private final Map<Uuid, String> created = new HashMap<>();

  /// Where, from `from` on, the first record stands before which an image must be made; the number
  /// of records when none. The records before that place are taken note of.
  ///
  /// @param before the image that the delta began with
  int nextCut(List<ApiMessageAndVersion> records, int from, MetadataImage before) {
    for (int i = from; i < records.size(); i++) {
      switch (records.get(i).message()) {
        case ConfigRecord setting when setting.resourceType() == ConfigResource.Type.TOPIC.id() ->
            set.add(setting.resourceName());
        case TopicRecord topic -> created.put(topic.topicId(), topic.name());
        case RemoveTopicRecord removal when set.contains(nameOf(removal.topicId(), before)) -> {
          return i;
        }
        default -> {}
      }
    }
    return records.size();
  }

  private @Nullable String nameOf(Uuid topicId, MetadataImage before) {
    String name = created.get(topicId);
    if (name != null) {
      return name;
    }
    TopicImage topic = before.topics().getTopic(topicId);
    return topic == null ? null : topic.name();
  }

  /// An image was made: a new delta begins.
  void clear() {
    set.clear();
    created.clear();
  }
}
