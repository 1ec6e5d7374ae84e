package io.millrace.metadata.evidence;

import io.millrace.metadata.ImageListener;
import io.millrace.metadata.controller.ControllerLocator;
import io.millrace.metadata.raft.RaftHost;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.util.List;
import org.apache.kafka.common.Node;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has a dead leader of the quorum replaced at once: a voter that follows watches the leader's
/// controller listener; when its connection ends and the next is refused, the own raft client is
/// told that the leader has resigned (EndQuorumEpoch), as it would have told itself.
///
/// The other voters do the same. All name the same successors in the same order, so that the first
/// begins an election at once and the others help it ([io.millrace.metadata.raft.RaftHost]).
///
/// A refusal counts only where this watch was connected before: a listener that can never be
/// reached says nothing, and a leader that is elected again is not deposed again for it. The client
/// is told once an epoch: each telling would put off those whose turn comes later.
///
/// The state belongs to one connection loop; images come on the `metadata` loop.
public final class LeaderEvidence implements ImageListener {

  private static final Logger LOG = LoggerFactory.getLogger(LeaderEvidence.class);

  private final World world;
  private final EventLoop loop;
  private final int nodeId;
  private final RaftHost raft;
  private final ControllerLocator locator;
  private List<Integer> controllers = List.of();
  private @Nullable ProcessWatch watch;
  private int toldEpoch = -1;
  private boolean stopped;

  /// @param loop a connection loop
  public LeaderEvidence(
      World world, EventLoop loop, int nodeId, RaftHost raft, ControllerLocator locator) {
    this.world = world;
    this.loop = loop;
    this.nodeId = nodeId;
    this.raft = raft;
    this.locator = locator;
  }

  @Override
  public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    if (delta.clusterDelta() != null) {
      List<Integer> registered = image.cluster().controllers().keySet().stream().sorted().toList();
      loop.execute(() -> controllers = registered);
    }
  }

  @Override
  public void onLeaderChange(int leaderId, int epoch) {
    loop.execute(() -> follow(leaderId, epoch));
  }

  private void follow(int leaderId, int epoch) {
    ProcessWatch former = watch;
    watch = null;
    if (former != null) {
      former.stop();
    }
    if (leaderId < 0 || leaderId == nodeId || stopped) {
      return;
    }
    Node leader = locator.locate(leaderId);
    if (leader != null) {
      ProcessWatch next =
          new ProcessWatch(
              world,
              loop,
              leader.host(),
              leader.port(),
              wasHeld -> onRefused(leaderId, epoch, wasHeld));
      watch = next;
      next.start();
    }
  }

  private void onRefused(int leaderId, int epoch, boolean wasHeld) {
    if (!wasHeld || epoch == toldEpoch) {
      return;
    }
    toldEpoch = epoch;
    List<Integer> successors =
        controllers.stream().filter(id -> id != leaderId && locator.locate(id) != null).toList();
    LOG.info(
        "Leader {} of epoch {} is dead: its listener refuses connections; {} may follow",
        leaderId,
        epoch,
        successors);
    raft.leaderHasDied(leaderId, epoch, successors);
  }

  /// Watches nobody any more. Any thread.
  public void stop() {
    loop.execute(() -> {
      stopped = true;
      follow(-1, -1);
    });
  }
}
