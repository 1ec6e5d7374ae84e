package io.millrace.metadata;

import io.millrace.runtime.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.loader.LogDeltaManifest;
import org.apache.kafka.image.loader.MetadataBatchLoader;
import org.apache.kafka.image.loader.SnapshotManifest;
import org.apache.kafka.image.writer.ImageReWriter;
import org.apache.kafka.image.writer.ImageWriterOptions;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.metadata.SupportedConfigChecker;
import org.apache.kafka.raft.Batch;
import org.apache.kafka.raft.BatchReader;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.snapshot.SnapshotReader;

/// Builds the cluster's image from committed records and snapshots, and publishes it.
///
/// Nothing is published before the image has caught up with the high watermark that a start finds,
/// and before it holds any record; the first listener call then carries the whole image as a change
/// from nothing. From there on every commit is one call. Records between BeginTransaction and
/// EndTransaction become visible together or, when aborted, not at all (Kafka's
/// `MetadataBatchLoader`).
///
/// Owned by the loop `metadata`; raft hands readers over, readers of the image need no loop.
final class ImagePublisher implements RaftClient.Listener<ApiMessageAndVersion> {

  private final EventLoop loop;
  private final Time time;
  private final Supplier<OptionalLong> highWatermark;
  private final BiConsumer<String, Throwable> onFault;
  private final SupportedConfigChecker supportedConfigs;
  private final MetadataBatchLoader batches;
  private final SettingsInDelta settings = new SettingsInDelta();
  private final KRaftMetadataCache cache;
  private final List<ImageListener> listeners = new ArrayList<>();
  private LeaderAndEpoch leader = LeaderAndEpoch.UNKNOWN;
  private MetadataImage loaded = MetadataImage.EMPTY;
  private boolean published;
  private boolean stopped;
  private volatile MetadataImage image = MetadataImage.EMPTY;

  ImagePublisher(
      EventLoop loop,
      Time time,
      int nodeId,
      Supplier<OptionalLong> highWatermark,
      Supplier<KRaftVersion> kraftVersion,
      SupportedConfigChecker supportedConfigs,
      BiConsumer<String, Throwable> onFault) {
    this.loop = loop;
    this.time = time;
    this.highWatermark = highWatermark;
    this.supportedConfigs = supportedConfigs;
    this.onFault = onFault;
    this.cache = new KRaftMetadataCache(nodeId, kraftVersion);
    this.batches =
        new MetadataBatchLoader(
            new LogContext("[Metadata id=" + nodeId + "] "),
            time,
            (message, cause) -> {
              throw new IllegalStateException(message, cause);
            },
            this::onLoaded,
            supportedConfigs);
  }

  /// Only before raft is started.
  void add(ImageListener listener) {
    listeners.add(listener);
  }

  /// The latest published image. Any thread.
  MetadataImage image() {
    return image;
  }

  /// The latest published image behind Kafka's query interface. Any thread.
  KRaftMetadataCache cache() {
    return cache;
  }

  /// No listener is called any more once `onStopped` runs.
  void stop(Runnable onStopped) {
    loop.execute(() -> {
      stopped = true;
      onStopped.run();
    });
  }

  @Override
  public void handleCommit(BatchReader<ApiMessageAndVersion> reader) {
    step(
        "committed metadata cannot be applied",
        () -> {
          try (reader) {
            while (reader.hasNext()) {
              load(reader.next());
            }
            batches.maybeFlushBatches(leader, true);
          }
        });
  }

  private void load(Batch<ApiMessageAndVersion> batch) {
    List<ApiMessageAndVersion> records = batch.records();
    int from = 0;
    int cut = settings.nextCut(records, from, loaded);
    while (cut < records.size()) {
      if (cut > from) {
        batches.loadBatch(part(batch, from, cut, 0), leader);
      }
      batches.maybeFlushBatches(leader, cut == 0);
      settings.clear();
      from = cut;
      cut = settings.nextCut(records, from, loaded);
    }
    batches.loadBatch(
        from == 0 ? batch : part(batch, from, records.size(), batch.sizeInBytes()), leader);
  }

  private static Batch<ApiMessageAndVersion> part(
      Batch<ApiMessageAndVersion> batch, int from, int to, int sizeInBytes) {
    return Batch.data(
        batch.baseOffset() + from,
        batch.epoch(),
        batch.appendTimestamp(),
        sizeInBytes,
        batch.records().subList(from, to));
  }

  @Override
  public void handleLoadSnapshot(SnapshotReader<ApiMessageAndVersion> reader) {
    step(
        "a metadata snapshot cannot be loaded",
        () -> {
          try (reader) {
            load(reader);
          }
        });
  }

  private void load(SnapshotReader<ApiMessageAndVersion> reader) {
    long startedNanos = time.nanoseconds();
    MetadataDelta delta = deltaFrom(loaded);
    while (reader.hasNext()) {
      for (ApiMessageAndVersion record : reader.next().records()) {
        delta.replay(record.message());
      }
    }
    delta.finishSnapshot();
    MetadataProvenance provenance =
        new MetadataProvenance(
            reader.lastContainedLogOffset(),
            reader.lastContainedLogEpoch(),
            reader.lastContainedLogTimestamp(),
            true);
    MetadataImage next = delta.apply(provenance);
    batches.resetToImage(next);
    onLoaded(delta, next, new SnapshotManifest(provenance, time.nanoseconds() - startedNanos));
  }

  @Override
  public void handleLoadBootstrap(SnapshotReader<ApiMessageAndVersion> reader) {
    reader.close();
  }

  @Override
  public void handleLeaderChange(LeaderAndEpoch changed) {
    step(
        "a listener failed on a change of leader",
        () -> {
          leader = changed;
          for (ImageListener listener : listeners) {
            listener.onLeaderChange(changed.leaderId().orElse(-1), changed.epoch());
          }
        });
  }

  /// A metadata record that cannot be applied, or a listener that fails, leaves this node with
  /// another idea of the cluster than its peers have: it stops.
  private void step(String what, Runnable action) {
    loop.execute(() -> {
      if (stopped) {
        return;
      }
      try {
        action.run();
      } catch (RuntimeException | Error e) {
        stopped = true;
        onFault.accept("Metadata: " + what, e);
      }
    });
  }

  private void onLoaded(MetadataDelta delta, MetadataImage next, LoaderManifest manifest) {
    loaded = next;
    settings.clear();
    if (published) {
      publish(delta, next, manifest);
    } else if (isCaughtUp()) {
      published = true;
      publish(wholeImage(next), next, manifest);
    }
  }

  private boolean isCaughtUp() {
    OptionalLong committed = highWatermark.get();
    return committed.isPresent()
        && batches.hasSeenRecord()
        && loaded.provenance().lastContainedOffset() + 1 >= committed.getAsLong();
  }

  private MetadataDelta wholeImage(MetadataImage of) {
    MetadataDelta delta = deltaFrom(MetadataImage.EMPTY);
    of.write(
        new ImageReWriter(delta),
        new ImageWriterOptions.Builder(of.features().metadataVersionOrThrow())
            .setEligibleLeaderReplicasEnabled(of.features().isElrEnabled())
            .build());
    return delta;
  }

  private MetadataDelta deltaFrom(MetadataImage base) {
    return new MetadataDelta.Builder()
        .setImage(base)
        .setSupportedConfigChecker(supportedConfigs)
        .build();
  }

  private void publish(MetadataDelta delta, MetadataImage next, LoaderManifest manifest) {
    // Kafka publishes to its cache first, too: listeners find in it what they are told of.
    cache.setImage(next);
    image = next;
    for (ImageListener listener : listeners) {
      listener.onImage(delta, next, manifest);
    }
  }

  /// Bytes of log that a manifest stands for, 0 for a snapshot.
  static long bytesOf(LoaderManifest manifest) {
    return manifest instanceof LogDeltaManifest log ? log.numBytes() : 0;
  }
}
