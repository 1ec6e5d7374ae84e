package io.millrace.benchmark.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/// Connections that always have `depth` requests in flight, driven by the calling thread. May run
/// several times; nothing is in flight between runs.
public final class ClosedLoop implements AutoCloseable {
  private static final long SILENCE_MS = 30_000;
  private static final int DIGITS = 3;

  private final Selector selector;
  private final List<LoadConnection> connections = new ArrayList<>();
  private Histogram latencyNanos = new Histogram(DIGITS);
  private long requestsLeft;
  private long deadlineNanos;
  private long inFlight;
  private long answers;

  /// @param traffic one connection each
  /// @param receiveBytes more than the largest answer takes
  public ClosedLoop(
      InetSocketAddress address, List<? extends Traffic> traffic, int depth, int receiveBytes) {
    try {
      this.selector = Selector.open();
      for (Traffic each : traffic) {
        connections.add(new LoadConnection(address, selector, each, depth, receiveBytes));
      }
    } catch (IOException e) {
      throw new LoadException("no connection to " + address, e);
    }
  }

  /// Sends until the limit, then waits for what is in flight.
  public Outcome run(Limit limit) {
    latencyNanos = new Histogram(DIGITS);
    answers = 0;
    requestsLeft = limit.requests();
    long start = System.nanoTime();
    deadlineNanos = start + limit.time().toNanos();
    try {
      for (LoadConnection connection : connections) {
        connection.send(this);
      }
      while (inFlight > 0) {
        if (selector.select(this::ready, SILENCE_MS) == 0) {
          throw new LoadException("no answer for %d s".formatted(SILENCE_MS / 1000));
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new LoadException("a connection broke", e);
    }
    return new Outcome(answers, (System.nanoTime() - start) / 1e9, latencyNanos);
  }

  /// Whether one more request may begin in this run.
  boolean mayStart() {
    return requestsLeft > 0 && System.nanoTime() < deadlineNanos;
  }

  void started() {
    requestsLeft--;
    inFlight++;
  }

  private void ready(SelectionKey key) {
    LoadConnection connection = (LoadConnection) key.attachment();
    try {
      if (key.isReadable()) {
        int received = connection.receive(latencyNanos);
        answers += received;
        inFlight -= received;
      }
      connection.send(this);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      for (LoadConnection connection : connections) {
        connection.close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
