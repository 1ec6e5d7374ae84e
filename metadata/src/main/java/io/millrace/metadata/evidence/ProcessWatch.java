package io.millrace.metadata.evidence;

import io.millrace.metadata.peer.PeerFailure;
import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.ReceiveBuffer;
import io.millrace.runtime.Timer;
import io.millrace.runtime.World;
import org.jspecify.annotations.Nullable;

/// Holds a connection to another process's listener and says nothing over it, to learn at once when
/// the process dies. Works with any security protocol, since it never comes to that.
///
/// ```
/// CONNECTING --open-->         HELD
/// HELD       --closed-->       CONNECTING    at once; soon where it was held for less than RETRY_MS
/// CONNECTING --refused-->      the owner is told; CONNECTING again after RETRY_MS
/// CONNECTING --reset-->        CONNECTING again soon
/// CONNECTING --silence-->      CONNECTING again after SILENT_RETRY_MS
/// ```
///
/// While the kernel takes a process down, it may still take a connection in, and reset it. What is
/// there some milliseconds later is the truth: *soon* is SOON_MS the first time, twice as long each
/// time after it, and at most RETRY_MS where a connection came about, else SILENT_RETRY_MS.
///
/// Belongs to one connection loop.
final class ProcessWatch {

  private static final int CONNECT_TIMEOUT_MS = 2_000;
  private static final long RETRY_MS = 50;
  private static final long SOON_MS = 3;
  private static final long SILENT_RETRY_MS = 500;

  /// Told when nobody listens there.
  @FunctionalInterface
  interface OnRefused {
    /// @param wasHeld whether this watch had a connection before, which ended
    void refused(boolean wasHeld);
  }

  private final World world;
  private final EventLoop loop;
  private final String host;
  private final int port;
  private final OnRefused onRefused;
  private @Nullable Attempt attempt;
  private @Nullable Timer retry;
  private boolean wasHeld;
  private long soonMs = SOON_MS;
  private boolean stopped;

  ProcessWatch(World world, EventLoop loop, String host, int port, OnRefused onRefused) {
    this.world = world;
    this.loop = loop;
    this.host = host;
    this.port = port;
    this.onRefused = onRefused;
  }

  boolean leadsTo(String otherHost, int otherPort) {
    return host.equals(otherHost) && port == otherPort;
  }

  void start() {
    retry = null;
    if (!stopped) {
      Attempt next = new Attempt();
      attempt = next;
      world.network().connect(loop, host, port, CONNECT_TIMEOUT_MS, next);
    }
  }

  void stop() {
    stopped = true;
    if (retry != null) {
      retry.cancel();
      retry = null;
    }
    Attempt current = attempt;
    attempt = null;
    if (current != null && current.connection != null) {
      current.connection.close();
    }
  }

  private void startSoon(long mostMs) {
    startAfter(Math.min(soonMs, mostMs));
    soonMs = Math.min(SILENT_RETRY_MS, 2 * soonMs);
  }

  private void startAfter(long delayMs) {
    if (!stopped) {
      retry = loop.schedule(delayMs * 1_000_000, this::start);
    }
  }

  /// One connection, from the attempt on.
  private final class Attempt implements ConnectionHandler {
    private final long begunNanos = world.clock().nanos();
    private @Nullable Connection connection;
    private long openedNanos;

    @Override
    public void onOpen(Connection opened) {
      connection = opened;
      openedNanos = world.clock().nanos();
      if (attempt != this) {
        opened.close();
      }
    }

    @Override
    public int onReceive(ReceiveBuffer in) {
      in.readIndex(in.writeIndex());
      return 0;
    }

    @Override
    public void onReceiveComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onClose(@Nullable Throwable cause) {
      if (attempt != this) {
        return;
      }
      attempt = null;
      if (connection == null) {
        failedToConnect(cause);
        return;
      }
      wasHeld = true;
      if (isShort(openedNanos)) {
        startSoon(RETRY_MS);
      } else {
        soonMs = SOON_MS;
        start();
      }
    }

    private void failedToConnect(@Nullable Throwable cause) {
      if (PeerFailure.whileConnecting(cause).kind() == PeerFailure.Kind.REFUSED) {
        startAfter(RETRY_MS);
        onRefused.refused(wasHeld);
      } else if (isShort(begunNanos)) {
        startSoon(SILENT_RETRY_MS);
      } else {
        startAfter(SILENT_RETRY_MS);
      }
    }

    private boolean isShort(long sinceNanos) {
      return world.clock().nanos() - sinceNanos < RETRY_MS * 1_000_000;
    }
  }
}
