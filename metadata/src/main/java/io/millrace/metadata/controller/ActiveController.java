package io.millrace.metadata.controller;

import io.millrace.metadata.peer.PeerRequest;
import io.millrace.metadata.peer.ResponseHandler;
import io.millrace.runtime.Clock;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Timer;
import io.millrace.runtime.World;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.message.ControllerRegistrationResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.raft.BatchReader;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.snapshot.SnapshotReader;
import org.jspecify.annotations.Nullable;

/// The [ControllerChannel] of a node: follows who leads the quorum and asks the controller there,
/// by a call where that is this node, over the network otherwise.
///
/// ```
/// WAITING  --a leader is known-->                                ASKED
/// ASKED    --an answer-->                                        told
/// ASKED    --NOT_CONTROLLER, connection lost, another leader-->  WAITING, for RETRY_MS at most
/// any      --PATIENCE_MS after it was sent-->                    told that nobody answered
/// ```
///
/// So a start or a change of leader costs no retry interval. A request may reach a controller twice
/// when a connection breaks; all requests of a broker bear that (they carry epochs, or waste no
/// more than a block of ids).
///
/// Registers with the raft client behind the controller: when it learns that this node leads, the
/// controller has already queued its own activation, and what is sent then runs after it.
///
/// Belongs to one connection loop; [#send] may come from any thread.
public final class ActiveController
    implements ControllerChannel, RaftClient.Listener<ApiMessageAndVersion> {

  private static final int PATIENCE_MS = 5_000;
  private static final int RETRY_MS = 20;

  private final EventLoop loop;
  private final Clock clock;
  private final int nodeId;
  private final @Nullable LocalController local;
  private final LeaderConnection remote;
  private final Set<Pending> waiting = new LinkedHashSet<>();
  private int leaderId = -1;
  private boolean closed;

  /// @param loop a connection loop
  /// @param local the controller in this process, null on a node that is only a broker
  public ActiveController(
      World world,
      EventLoop loop,
      int nodeId,
      @Nullable LocalController local,
      ControllerLocator locator) {
    this.loop = loop;
    this.clock = world.clock();
    this.nodeId = nodeId;
    this.local = local;
    this.remote = new LeaderConnection(world, loop, locator, "node-" + nodeId);
  }

  /// One request until somebody is told how it ended.
  private final class Pending {
    private final ApiMessage request;
    private final short version;
    private final EventLoop replyLoop;
    private final Consumer<ControllerReply> onReply;
    private final long deadlineNanos = clock.nanos() + PATIENCE_MS * 1_000_000L;
    private final Timer patience;
    private @Nullable Timer retry;
    private String lastFailure = "no active controller";
    private boolean done;

    Pending(
        ApiMessage request, short version, EventLoop replyLoop, Consumer<ControllerReply> onReply) {
      this.request = request;
      this.version = version;
      this.replyLoop = replyLoop;
      this.onReply = onReply;
      this.patience = loop.schedule(PATIENCE_MS * 1_000_000L, this::giveUp);
    }

    private void giveUp() {
      end(new ControllerReply.Unanswered(lastFailure + ", for " + PATIENCE_MS + " ms"));
    }

    private void end(ControllerReply reply) {
      if (done) {
        return;
      }
      done = true;
      waiting.remove(this);
      patience.cancel();
      cancelRetry();
      if (replyLoop == loop) {
        onReply.accept(reply);
      } else {
        replyLoop.execute(() -> onReply.accept(reply));
      }
    }

    private void cancelRetry() {
      if (retry != null) {
        retry.cancel();
        retry = null;
      }
    }

    void ask() {
      if (done) {
        return;
      }
      waiting.remove(this);
      cancelRetry();
      LocalController here = local;
      if (closed) {
        end(new ControllerReply.Unanswered("the node stops"));
      } else if (leaderId < 0) {
        waiting.add(this);
      } else if (leaderId == nodeId && here != null) {
        here.handle(request, version, answer -> loop.execute(() -> onAnswer(answer)));
      } else {
        askRemote();
      }
    }

    private void askRemote() {
      ApiKeys api = ApiKeys.forId(request.apiKey());
      int timeoutMs = (int) Math.max(1, (deadlineNanos - clock.nanos()) / 1_000_000);
      remote.send(
          new PeerRequest(api, api.oldestVersion(), version, _ -> request),
          timeoutMs,
          ResponseHandler.parsed(api, this::onAnswer, failure -> retryAfter(failure.toString())));
    }

    private void onAnswer(ApiMessage answer) {
      if (isNotController(answer)) {
        retryAfter("node " + leaderId + " leads the quorum, but is not active yet");
      } else {
        end(new ControllerReply.Answered(answer));
      }
    }

    private void retryAfter(String failure) {
      if (done) {
        return;
      }
      lastFailure = failure;
      if (closed) {
        end(new ControllerReply.Unanswered(failure));
        return;
      }
      waiting.add(this);
      cancelRetry();
      retry = loop.schedule(RETRY_MS * 1_000_000L, this::ask);
    }
  }

  private static boolean isNotController(ApiMessage answer) {
    short code =
        switch (answer) {
          case BrokerHeartbeatResponseData it -> it.errorCode();
          case BrokerRegistrationResponseData it -> it.errorCode();
          case ControllerRegistrationResponseData it -> it.errorCode();
          case AlterPartitionResponseData it -> it.errorCode();
          case AllocateProducerIdsResponseData it -> it.errorCode();
          case AssignReplicasToDirsResponseData it -> it.errorCode();
          default -> Errors.NONE.code();
        };
    return code == Errors.NOT_CONTROLLER.code();
  }

  @Override
  public void send(
      ApiMessage request, short version, EventLoop replyLoop, Consumer<ControllerReply> onReply) {
    if (loop.inLoop()) {
      new Pending(request, version, replyLoop, onReply).ask();
    } else {
      loop.execute(() -> new Pending(request, version, replyLoop, onReply).ask());
    }
  }

  /// Whoever waits is told that nobody answered. Any thread.
  public void close() {
    loop.execute(() -> {
      closed = true;
      remote.close();
      List.copyOf(waiting).forEach(Pending::ask);
    });
  }

  @Override
  public void handleLeaderChange(LeaderAndEpoch changed) {
    int newLeaderId = changed.leaderId().orElse(-1);
    loop.execute(() -> {
      leaderId = newLeaderId;
      // What a former leader was asked comes to `waiting` by this.
      remote.onLeader(newLeaderId == nodeId && local != null ? -1 : newLeaderId);
      new ArrayList<>(waiting).forEach(Pending::ask);
    });
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
