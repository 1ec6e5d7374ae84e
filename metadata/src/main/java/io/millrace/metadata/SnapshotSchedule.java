package io.millrace.metadata;

import io.millrace.metadata.raft.RaftHost;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.loader.LoaderManifestType;
import org.apache.kafka.image.writer.ImageWriterOptions;
import org.apache.kafka.image.writer.RaftSnapshotWriter;
import org.apache.kafka.raft.MetadataLogConfig;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.snapshot.SnapshotWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes the image as a snapshot when [SnapshotRule] says so. Looks only when metadata arrives,
/// which an active controller makes it do twice a second.
///
/// Counts on the `metadata` loop; the writing itself happens on a worker, one snapshot at a time. A
/// snapshot that cannot be written is tried again after as much again has happened.
final class SnapshotSchedule implements ImageListener {

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotSchedule.class);
  private static final int RECORDS_PER_BATCH = 1024;

  private final World world;
  private final EventLoop loop;
  private final RaftHost raft;
  private final SnapshotRule rule;
  private boolean writing;

  SnapshotSchedule(World world, EventLoop loop, RaftHost raft, AbstractConfig config) {
    this.world = world;
    this.loop = loop;
    this.raft = raft;
    this.rule =
        new SnapshotRule(
            config.getLong(MetadataLogConfig.METADATA_SNAPSHOT_MAX_NEW_RECORD_BYTES_CONFIG),
            config.getLong(MetadataLogConfig.METADATA_SNAPSHOT_MAX_INTERVAL_MS_CONFIG) * 1_000_000,
            world.clock().nanos());
  }

  @Override
  public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    long now = world.clock().nanos();
    if (manifest.type() == LoaderManifestType.SNAPSHOT) {
      rule.onSnapshot(now);
      return;
    }
    rule.onRecords(ImagePublisher.bytesOf(manifest), now);
    if (!writing
        && manifest.provenance().isOffsetBatchAligned()
        && rule.isDue(now, () -> partitions(image))) {
      LOG.info(
          "Snapshot {}: {} bytes of metadata since the last",
          image.provenance().snapshotName(),
          rule.bytesSince());
      rule.onSnapshot(now);
      write(image);
    }
  }

  private static int partitions(MetadataImage image) {
    return image.topics().topicsById().values().stream()
        .mapToInt(topic -> topic.partitions().size())
        .sum();
  }

  private void write(MetadataImage image) {
    writing = true;
    MetadataProvenance provenance = image.provenance();
    raft.createSnapshot(
        provenance.snapshotId(),
        provenance.lastContainedLogTimeMs(),
        writer ->
            world
                .workers()
                .execute(() -> {
                  writer.ifPresent(it -> write(image, it));
                  loop.execute(() -> writing = false);
                }));
  }

  private static void write(MetadataImage image, SnapshotWriter<ApiMessageAndVersion> to) {
    RaftSnapshotWriter writer = new RaftSnapshotWriter(to, RECORDS_PER_BATCH);
    boolean complete = false;
    try {
      image.write(
          writer,
          new ImageWriterOptions.Builder(image.features().metadataVersionOrThrow())
              .setEligibleLeaderReplicasEnabled(image.features().isElrEnabled())
              .build());
      writer.close(true);
      complete = true;
    } catch (RuntimeException e) {
      LOG.error("Snapshot {} could not be written", image.provenance().snapshotName(), e);
    } finally {
      if (!complete) {
        writer.close(false);
      }
    }
  }
}
