package io.millrace.metadata.controller;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Timer;
import io.millrace.runtime.World;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.raft.BatchReader;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.snapshot.SnapshotReader;

/// The [ControllerChannel] of a node that hosts a controller: follows who leads the quorum and
/// holds requests back while nobody does, at most [#PATIENCE_MS], so that a start or a change of
/// leader costs no retry interval.
///
/// Registers with the raft client behind the controller: when it learns that this node leads, the
/// controller has already queued its own activation, and what is sent then runs after it.
///
/// While another node leads, requests are unanswered: the way to a remote controller comes with the
/// issue on three nodes.
///
/// A monitor: the requests that wait, and who leads.
public final class ActiveController
    implements ControllerChannel, RaftClient.Listener<ApiMessageAndVersion> {

  private static final long PATIENCE_MS = 5_000;

  private final int nodeId;
  private final LocalController local;
  private final Set<Waiting> waiting = new LinkedHashSet<>();
  private LeaderAndEpoch leader = LeaderAndEpoch.UNKNOWN;

  public ActiveController(
      World world,
      int nodeId,
      ControllerHost host,
      Supplier<MetadataImage> image,
      int heartbeatIntervalMs) {
    this.nodeId = nodeId;
    this.local = new LocalController(host, image, world.clock(), nodeId, heartbeatIntervalMs);
  }

  private final class Waiting {
    private final ApiMessage request;
    private final short version;
    private final EventLoop loop;
    private final Consumer<ControllerReply> onReply;
    private final Timer timer;

    Waiting(ApiMessage request, short version, EventLoop loop, Consumer<ControllerReply> onReply) {
      this.request = request;
      this.version = version;
      this.loop = loop;
      this.onReply = onReply;
      this.timer = loop.schedule(PATIENCE_MS * 1_000_000, this::giveUp);
    }

    private void giveUp() {
      if (forget(this)) {
        onReply.accept(
            new ControllerReply.Unanswered("no active controller for " + PATIENCE_MS + " ms"));
      }
    }

    private void send() {
      timer.cancel();
      deliver(request, version, loop, onReply);
    }
  }

  private synchronized boolean forget(Waiting request) {
    return waiting.remove(request);
  }

  @Override
  public void send(
      ApiMessage request, short version, EventLoop loop, Consumer<ControllerReply> onReply) {
    synchronized (this) {
      if (leader.leaderId().isEmpty()) {
        waiting.add(new Waiting(request, version, loop, onReply));
        return;
      }
    }
    deliver(request, version, loop, onReply);
  }

  private void deliver(
      ApiMessage request, short version, EventLoop loop, Consumer<ControllerReply> onReply) {
    int leaderId = leaderId();
    if (leaderId == nodeId) {
      local.handle(request, version, reply -> loop.execute(() -> onReply.accept(reply)));
    } else {
      loop.execute(() ->
          onReply.accept(new ControllerReply.Unanswered("node " + leaderId + " leads the quorum")));
    }
  }

  /// −1 when unknown.
  private synchronized int leaderId() {
    return leader.leaderId().orElse(-1);
  }

  @Override
  public void handleLeaderChange(LeaderAndEpoch changed) {
    List<Waiting> ready;
    synchronized (this) {
      leader = changed;
      ready = changed.leaderId().isEmpty() ? List.of() : List.copyOf(waiting);
      waiting.removeAll(ready);
    }
    ready.forEach(Waiting::send);
  }

  @Override
  public void handleCommit(BatchReader<ApiMessageAndVersion> reader) {
    reader.close();
  }

  @Override
  public void handleLoadSnapshot(SnapshotReader<ApiMessageAndVersion> reader) {
    reader.close();
  }

  @Override
  public void handleLoadBootstrap(SnapshotReader<ApiMessageAndVersion> reader) {
    reader.close();
  }
}
