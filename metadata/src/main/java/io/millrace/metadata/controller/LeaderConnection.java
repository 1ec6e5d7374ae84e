package io.millrace.metadata.controller;

import io.millrace.metadata.peer.PeerConnection;
import io.millrace.metadata.peer.PeerFailure;
import io.millrace.metadata.peer.PeerObserver;
import io.millrace.metadata.peer.PeerRequest;
import io.millrace.metadata.peer.ResponseHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import org.apache.kafka.common.Node;
import org.jspecify.annotations.Nullable;

/// A connection to whoever leads the quorum, which moves with the leadership: what the former
/// leader was asked then fails at once, so that whoever asked may ask the next one instead of
/// waiting for one that may be gone.
///
/// Belongs to one connection loop.
public final class LeaderConnection {

  private static final int CONNECT_TIMEOUT_MS = 2_000;

  /// Requests of one node to the controller are few; more would only queue there.
  private static final int MAX_IN_FLIGHT = 16;

  private final World world;
  private final EventLoop loop;
  private final ControllerLocator locator;
  private final String clientId;
  private int leaderId = -1;
  private boolean closed;
  private @Nullable PeerConnection connection;

  public LeaderConnection(World world, EventLoop loop, ControllerLocator locator, String clientId) {
    this.world = world;
    this.loop = loop;
    this.locator = locator;
    this.clientId = clientId;
  }

  /// Another node leads now; −1 when unknown.
  public void onLeader(int newLeaderId) {
    if (newLeaderId != leaderId) {
      leaderId = newLeaderId;
      drop();
    }
  }

  private void drop() {
    PeerConnection old = connection;
    connection = null;
    if (old != null) {
      old.close();
    }
  }

  /// Asks the leader. The handler is told exactly once, possibly before this returns.
  public void send(PeerRequest request, int timeoutMs, ResponseHandler handler) {
    Node leader = closed || leaderId < 0 ? null : locator.locate(leaderId);
    if (leader == null) {
      handler.onFailure(
          new PeerFailure(PeerFailure.Kind.UNREACHABLE, "no way to controller " + leaderId));
      return;
    }
    PeerConnection current = connection;
    if (current != null && !current.address().equals(leader.host() + ":" + leader.port())) {
      // The same voter under another address.
      drop();
      current = null;
    }
    if (current == null) {
      current =
          new PeerConnection(
              world,
              loop,
              leader.host(),
              leader.port(),
              clientId,
              CONNECT_TIMEOUT_MS,
              MAX_IN_FLIGHT,
              PeerObserver.NONE);
      connection = current;
    }
    current.send(request, timeoutMs, handler);
  }

  public void close() {
    closed = true;
    drop();
  }
}
