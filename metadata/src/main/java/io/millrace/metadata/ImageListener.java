package io.millrace.metadata;

import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;

/// Follows the cluster's metadata. Called on the `metadata` loop, in the order of registration,
/// once for every committed step; may block for disk work, which holds back the images that follow
/// and nothing else.
@FunctionalInterface
public interface ImageListener {

  /// @param delta what changed since the image of the call before; the first call's delta starts
  ///   from the empty image
  /// @param image the state behind the change, immutable
  /// @param manifest where the change came from: log batches or a snapshot
  void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest);

  /// Called when this node's view of who leads the quorum changes; `leaderId` is −1 when unknown.
  default void onLeaderChange(int leaderId, int epoch) {}
}
