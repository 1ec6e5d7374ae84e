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
import org.jspecify.annotations.Nullable;
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
  private MetadataImage latest = MetadataImage.EMPTY;
  private boolean latestIsAligned;
  private boolean writing;
  private @Nullable Runnable afterWriting;

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
    latest = image;
    latestIsAligned = manifest.provenance().isOffsetBatchAligned();
    if (manifest.type() == LoaderManifestType.SNAPSHOT) {
      rule.onSnapshot(now);
      return;
    }
    rule.onRecords(ImagePublisher.bytesOf(manifest), now);
    if (!writing && latestIsAligned && rule.isDue(now, () -> partitions(image))) {
      write(image);
    }
  }

  /// The last image there will be has come: what a start would replay at length is written, too.
  ///
  /// @param onStopped runs on the `metadata` loop once nothing is being written
  void stop(Runnable onStopped) {
    loop.execute(() -> {
      if (!writing && latestIsAligned && rule.sparesAStart(() -> partitions(latest))) {
        write(latest);
      }
      if (writing) {
        afterWriting = onStopped;
      } else {
        onStopped.run();
      }
    });
  }

  private static int partitions(MetadataImage image) {
    return image.topics().topicsById().values().stream()
        .mapToInt(topic -> topic.partitions().size())
        .sum();
  }

  private void write(MetadataImage image) {
    MetadataProvenance provenance = image.provenance();
    LOG.info(
        "Snapshot {}: {} bytes of metadata since the last",
        provenance.snapshotName(),
        rule.bytesSince());
    rule.onSnapshot(world.clock().nanos());
    writing = true;
    raft.createSnapshot(
        provenance.snapshotId(),
        provenance.lastContainedLogTimeMs(),
        writer ->
            world
                .workers()
                .execute(() -> {
                  writer.ifPresent(it -> write(image, it));
                  loop.execute(this::written);
                }));
  }

  private void written() {
    writing = false;
    if (afterWriting != null) {
      afterWriting.run();
    }
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
