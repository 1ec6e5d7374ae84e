package io.millrace.metadata.evidence;

import io.millrace.metadata.ImageListener;
import io.millrace.metadata.controller.ControllerHost;
import io.millrace.metadata.raft.RaftHost;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;

/// Has the broker in a frozen controller's process fenced as soon as any other frozen broker: a
/// controller that has just become active goes on counting the silence that has ended the rule of
/// the one before, where Kafka's gives every broker a whole session anew.
///
/// Belongs to the `metadata` loop.
public final class InheritedSilence implements ImageListener {

  private final int nodeId;
  private final RaftHost raft;
  private final ControllerHost controller;
  private int formerLeader = -1;
  private MetadataImage latest = MetadataImage.EMPTY;

  public InheritedSilence(int nodeId, RaftHost raft, ControllerHost controller) {
    this.nodeId = nodeId;
    this.raft = raft;
    this.controller = controller;
  }

  @Override
  public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    latest = image;
  }

  @Override
  public void onLeaderChange(int leaderId, int epoch) {
    int former = formerLeader;
    MetadataImage image = latest;
    if (leaderId >= 0) {
      formerLeader = leaderId;
    }
    if (leaderId == nodeId && former >= 0 && former != nodeId) {
      raft.silenceOf(former, silent -> controller.inheritSilence(former, silent, image));
    }
  }
}
