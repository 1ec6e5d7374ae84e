package io.millrace.metadata.stored;

import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metadata.MetadataRecordType;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.TopicDelta;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.jspecify.annotations.Nullable;

/// The metadata image at the end of a stopped node's metadata log. What a transaction of the
/// controller's has not finished is left out, as a loader would.
public final class StoredImage implements RecordVisitor {

  private final MetadataDelta delta =
      new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
  private @Nullable List<ApiMessageAndVersion> unfinished;

  private StoredImage() {}

  /// Reads the metadata log of a directory. Blocks.
  ///
  /// @throws IOException when it cannot be read or understood
  public static MetadataImage read(Disk disk, Path directory) throws IOException {
    StoredImage stored = new StoredImage();
    StoredExtent extent = StoredRecords.walk(disk, directory, stored);
    try {
      return stored.delta.apply(
          new MetadataProvenance(extent.endOffset(), extent.lastEpoch(), 0, true));
    } catch (RuntimeException e) {
      throw new IOException("the metadata log makes no sense: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean wants(MetadataRecordType type) {
    return type != MetadataRecordType.NO_OP_RECORD;
  }

  @Override
  public void onRecord(ApiMessageAndVersion record) {
    switch (MetadataRecordType.fromId(record.message().apiKey())) {
      case BEGIN_TRANSACTION_RECORD -> unfinished = new ArrayList<>();
      case ABORT_TRANSACTION_RECORD -> unfinished = null;
      case END_TRANSACTION_RECORD -> {
        List<ApiMessageAndVersion> finished = unfinished;
        unfinished = null;
        if (finished != null) {
          finished.forEach(it -> replay(it.message()));
        }
      }
      default -> {
        if (unfinished != null) {
          unfinished.add(record);
        } else {
          replay(record.message());
        }
      }
    }
  }

  /// A removed topic takes its settings with it: the delta alone, which begins with nothing, would
  /// keep them (Kafka 4.3.1).
  private void replay(ApiMessage record) {
    if (record instanceof RemoveTopicRecord removal) {
      TopicDelta topic = delta.getOrCreateTopicsDelta().changedTopic(removal.topicId());
      if (topic != null) {
        delta
            .getOrCreateConfigsDelta()
            .changes()
            .remove(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()));
      }
    }
    delta.replay(record);
  }
}
