package io.millrace.server.api;

import io.millrace.metadata.ImageListener;
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
  private volatile int quorumLeader = -1;

  public PublishedCluster(String clusterId, int nodeId, Supplier<KRaftVersion> kraftVersion) {
    this.clusterId = clusterId;
    this.cache = new KRaftMetadataCache(nodeId, kraftVersion);
  }

  @Override
  public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    cache.setImage(image);
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
