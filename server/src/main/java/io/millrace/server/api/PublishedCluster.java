package io.millrace.server.api;

import io.millrace.metadata.ImageListener;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.KRaftVersion;

/// The [ClusterView] that requests are answered from. Register it as the last listener of images:
/// what it shows has then been applied by all others, so that a client is never sent to a partition
/// that this node does not serve yet.
public final class PublishedCluster implements ClusterView, ImageListener {

  private final String clusterId;
  private final KRaftMetadataCache cache;
  private final TreeMap<Long, List<Runnable>> waiting = new TreeMap<>();
  private volatile int quorumLeader = -1;

  public PublishedCluster(String clusterId, int nodeId, Supplier<KRaftVersion> kraftVersion) {
    this.clusterId = clusterId;
    this.cache = new KRaftMetadataCache(nodeId, kraftVersion);
  }

  @Override
  public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    cache.setImage(image);
    arrived(image.highestOffsetAndEpoch().offset()).forEach(Runnable::run);
  }

  /// Runs `then` once everything in the metadata log up to `offset`, inclusive, shows here: at
  /// once, or on the `metadata` loop. Any thread; `then` must not wait.
  public void whenPublished(long offset, Runnable then) {
    if (!await(offset, then)) {
      then.run();
    }
  }

  private synchronized boolean await(long offset, Runnable then) {
    if (image().highestOffsetAndEpoch().offset() >= offset) {
      return false;
    }
    waiting.computeIfAbsent(offset, _ -> new ArrayList<>()).add(then);
    return true;
  }

  private synchronized List<Runnable> arrived(long offset) {
    List<Runnable> ready = new ArrayList<>();
    var upTo = waiting.headMap(offset, true);
    upTo.values().forEach(ready::addAll);
    upTo.clear();
    return ready;
  }

  @Override
  public void onLeaderChange(int leaderId, int epoch) {
    quorumLeader = leaderId;
  }

  @Override
  public String clusterId() {
    return clusterId;
  }

  @Override
  public MetadataImage image() {
    return cache.getImage();
  }

  @Override
  public KRaftMetadataCache cache() {
    return cache;
  }

  @Override
  public int quorumLeader() {
    return quorumLeader;
  }
}
